package dev.weft.xds.model;

import java.util.List;

/**
 * Which requests take tokens from buckets of their own.
 *
 * @param descriptors the buckets, by what requests must be described as
 * @param maxDynamic how many values of each descriptor with blanks have a bucket; at least 1
 * @param alwaysDefault whether a request that has such a bucket takes from the common one, too
 * @param rules how requests are described: each makes one descriptor, of its actions in order
 */
public record RateLimitRules(
    List<Descriptor> descriptors,
    int maxDynamic,
    boolean alwaysDefault,
    List<List<RateLimitAction>> rules) {
  /** One bucket for all requests. */
  public static final RateLimitRules NONE = new RateLimitRules(List.of(), 20, true, List.of());

  /** Keeps what is given as it is. */
  public RateLimitRules {
    descriptors = List.copyOf(descriptors);
    rules = rules.stream().map(List::copyOf).toList();
  }

  /**
   * What a request is described as, and the bucket for it.
   *
   * @param entries all of them, in order; a blank value stands for any, each with its own bucket
   */
  public record Descriptor(List<Entry> entries, LocalRateLimit.Bucket bucket) {
    /** Keeps the entries as they are. */
    public Descriptor {
      entries = List.copyOf(entries);
    }

    /** Whether there are buckets by value. */
    public boolean blank() {
      return entries.stream().anyMatch(entry -> entry.value().isEmpty());
    }
  }

  /** One part of a descriptor. */
  public record Entry(String key, String value) {}
}
