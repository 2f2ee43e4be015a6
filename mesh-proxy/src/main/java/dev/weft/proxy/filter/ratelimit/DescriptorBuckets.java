package dev.weft.proxy.filter.ratelimit;

import dev.weft.xds.model.LocalRateLimit.Bucket;
import dev.weft.xds.model.RateLimitRules;
import dev.weft.xds.model.RateLimitRules.Descriptor;
import dev.weft.xds.model.RateLimitRules.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of requests by what describes them, and the one for all. Its clock is its caller's.
 * From any thread.
 */
final class DescriptorBuckets {
  /**
   * What becomes of a request.
   *
   * @param bucket whose state its answer may tell: the one that refused it, or the slowest of its
   *     own, or the common one
   */
  record Decision(boolean allowed, TokenBucket bucket) {}

  private final TokenBucket common;
  private final boolean alwaysCommon;
  private final Map<List<Entry>, TokenBucket> exact = new HashMap<>();
  private final List<BlankDescriptor> blanks = new ArrayList<>();

  DescriptorBuckets(RateLimitRules rules, TokenBucket common, long now) {
    this.common = common;
    this.alwaysCommon = rules.alwaysDefault();
    for (Descriptor descriptor : rules.descriptors()) {
      if (descriptor.blank()) {
        blanks.add(new BlankDescriptor(descriptor, rules.maxDynamic()));
      } else {
        exact.put(descriptor.entries(), bucket(descriptor.bucket(), now));
      }
    }
  }

  static TokenBucket bucket(Bucket bucket, long now) {
    return new TokenBucket(bucket.max(), bucket.perFill(), bucket.interval().toNanos(), now);
  }

  /**
   * Takes a token from each bucket that is for one of the descriptors, the slowest first, and then
   * from the common one if none is or it always counts. What was taken before a bucket refuses
   * stays taken, as with Envoy.
   */
  Decision take(List<List<Entry>> described, long now) {
    List<TokenBucket> own = new ArrayList<>(described.size());
    for (List<Entry> entries : described) {
      TokenBucket bucket = of(entries, now);
      if (bucket != null) {
        own.add(bucket);
      }
    }
    if (own.size() > 1) {
      own.sort(Comparator.comparingDouble(TokenBucket::tokensPerNano));
    }
    for (TokenBucket bucket : own) {
      if (!bucket.take(now)) {
        return new Decision(false, bucket);
      }
    }
    if ((own.isEmpty() || alwaysCommon) && !common.take(now)) {
      return new Decision(false, common);
    }
    return new Decision(true, own.isEmpty() ? common : own.getFirst());
  }

  private @Nullable TokenBucket of(List<Entry> entries, long now) {
    TokenBucket bucket = exact.get(entries);
    for (int i = 0; bucket == null && i < blanks.size(); i++) {
      bucket = blanks.get(i).of(entries, now);
    }
    return bucket;
  }
}
