package dev.weft.xds.codec;

import dev.weft.xds.model.LocalRateLimit.Bucket;
import dev.weft.xds.model.RateLimitRules;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The descriptors of {@code LocalRateLimit}, and what describes requests. */
final class RateLimitDescriptors {
  private RateLimitDescriptors() {}

  static RateLimitRules decode(LocalRateLimit limit, DecodeScope scope) {
    List<RateLimitRules.Descriptor> descriptors = new ArrayList<>();
    Set<List<RateLimitRules.Entry>> seen = new HashSet<>();
    for (int i = 0; i < limit.getDescriptorsCount(); i++) {
      DecodeScope at = scope.at("descriptors", i);
      LocalRateLimitDescriptor descriptor = limit.getDescriptors(i);
      List<RateLimitRules.Entry> entries = new ArrayList<>();
      at.at("entries").require(descriptor.getEntriesCount() > 0, "must not be empty");
      for (int j = 0; j < descriptor.getEntriesCount(); j++) {
        RateLimitDescriptor.Entry entry = descriptor.getEntries(j);
        entries.add(
            new RateLimitRules.Entry(
                Wire.text(entry.getKey(), at.at("entries", j).at("key")), entry.getValue()));
      }
      at.at("entries").require(seen.add(entries), "is the same as of a descriptor before");
      at.at("token_bucket").require(descriptor.hasTokenBucket(), "must be set");
      Bucket bucket = LocalRateLimits.bucket(descriptor.getTokenBucket(), at.at("token_bucket"));
      descriptors.add(new RateLimitRules.Descriptor(entries, bucket));
    }
    scope
        .at("token_bucket")
        .require(
            descriptors.isEmpty() || limit.hasTokenBucket(),
            "must be set where there are descriptors");
    return new RateLimitRules(
        descriptors,
        limit.hasMaxDynamicDescriptors()
            ? Wire.number(
                limit.getMaxDynamicDescriptors().getValue(),
                1,
                Integer.MAX_VALUE,
                scope.at("max_dynamic_descriptors"))
            : RateLimitRules.NONE.maxDynamic(),
        !limit.hasAlwaysConsumeDefaultTokenBucket()
            || limit.getAlwaysConsumeDefaultTokenBucket().getValue(),
        RateLimitActions.decode(limit.getRateLimitsList(), scope));
  }

  static void encode(RateLimitRules rules, LocalRateLimit.Builder into) {
    for (RateLimitRules.Descriptor descriptor : rules.descriptors()) {
      LocalRateLimitDescriptor.Builder encoded = into.addDescriptorsBuilder();
      encoded.setTokenBucket(LocalRateLimits.encode(descriptor.bucket()));
      for (RateLimitRules.Entry entry : descriptor.entries()) {
        encoded.addEntriesBuilder().setKey(entry.key()).setValue(entry.value());
      }
    }
    if (rules.maxDynamic() != RateLimitRules.NONE.maxDynamic()) {
      into.setMaxDynamicDescriptors(Wire.uint32(rules.maxDynamic()));
    }
    if (!rules.alwaysDefault()) {
      into.setAlwaysConsumeDefaultTokenBucket(Wire.bool(false));
    }
    into.addAllRateLimits(RateLimitActions.encode(rules.rules()));
  }
}
