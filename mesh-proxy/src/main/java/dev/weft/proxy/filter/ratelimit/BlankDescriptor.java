package dev.weft.proxy.filter.ratelimit;

import dev.weft.xds.model.RateLimitRules;
import dev.weft.xds.model.RateLimitRules.Descriptor;
import dev.weft.xds.model.RateLimitRules.Entry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A descriptor with blank values: each value that comes gets a bucket of its own. Beyond a number
 * of them the one that was asked for longest ago goes. From any thread.
 */
final class BlankDescriptor {
  private final Descriptor descriptor;
  private final Map<List<Entry>, TokenBucket> buckets;

  BlankDescriptor(Descriptor descriptor, int most) {
    this.descriptor = descriptor;
    this.buckets =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(
              Map.Entry<List<RateLimitRules.Entry>, TokenBucket> eldest) {
            return size() > most;
          }
        };
  }

  /** The bucket for what a request is described as; null if that is not for this descriptor. */
  @Nullable TokenBucket of(List<Entry> entries, long now) {
    if (!fits(entries)) {
      return null;
    }
    synchronized (buckets) { // a look into a map, never longer
      return buckets.computeIfAbsent(
          entries, key -> DescriptorBuckets.bucket(descriptor.bucket(), now));
    }
  }

  private boolean fits(List<Entry> entries) {
    List<Entry> wanted = descriptor.entries();
    if (wanted.size() != entries.size()) {
      return false;
    }
    for (int i = 0; i < wanted.size(); i++) {
      Entry want = wanted.get(i);
      Entry entry = entries.get(i);
      if (!want.key().equals(entry.key())
          || !want.value().isEmpty() && !want.value().equals(entry.value())) {
        return false;
      }
    }
    return true;
  }

  int size() {
    synchronized (buckets) {
      return buckets.size();
    }
  }
}
