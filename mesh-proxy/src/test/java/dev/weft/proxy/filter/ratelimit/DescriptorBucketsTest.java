package dev.weft.proxy.filter.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.ratelimit.DescriptorBuckets.Decision;
import dev.weft.xds.model.LocalRateLimit.Bucket;
import dev.weft.xds.model.RateLimitRules;
import dev.weft.xds.model.RateLimitRules.Descriptor;
import dev.weft.xds.model.RateLimitRules.Entry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Buckets by descriptors, against a plain count of what may pass where no tokens come back. */
class DescriptorBucketsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int RUNS = 12_000;

  @Test
  void aValueWithoutItsOwnBucketTakesFromTheCommonOne() {
    DescriptorBuckets buckets = buckets(1, 20, true, exact("a", 5));

    assertThat(buckets.take(asked("b"), 0).allowed()).isTrue();
    assertThat(buckets.take(asked("b"), 0).allowed()).isFalse();
  }

  @Test
  void theCommonOneIsSparedWhereItNeedNotCount() {
    DescriptorBuckets buckets = buckets(1, 20, false, exact("a", 3));

    for (int i = 0; i < 3; i++) {
      assertThat(buckets.take(asked("a"), 0).allowed()).isTrue();
    }
    assertThat(buckets.take(asked("a"), 0).allowed()).isFalse();
    assertThat(buckets.take(List.of(), 0).allowed()).isTrue();
  }

  @Test
  void theSlowestIsAskedFirstAndTold() {
    Descriptor fast = new Descriptor(entries("a"), new Bucket(9, 9, HOUR));
    Descriptor slow = new Descriptor(entries("b"), new Bucket(1, 1, HOUR));
    DescriptorBuckets buckets = buckets(100, 20, true, fast, slow);
    List<List<Entry>> both = List.of(entries("a"), entries("b"));

    assertThat(buckets.take(both, 0).bucket().max()).isEqualTo(1);
    assertThat(buckets.take(both, 0).allowed()).isFalse();
    Decision left = buckets.take(asked("a"), 0);
    assertThat(left.bucket().left(0)).isEqualTo(7); // refused by the slow one, it lost none
  }

  @Test
  void aBlankForgetsTheValueAskedForLongestAgo() {
    BlankDescriptor blank = new BlankDescriptor(exact("", 1), 2);
    TokenBucket a = blank.of(entries("a"), 0);
    TokenBucket b = blank.of(entries("b"), 0);

    assertThat(blank.of(entries("a"), 0)).isSameAs(a);
    blank.of(entries("c"), 0);
    assertThat(blank.of(entries("a"), 0)).isSameAs(a);
    assertThat(blank.of(entries("b"), 0)).isNotSameAs(b);
    assertThat(blank.of(List.of(new Entry("other", "a")), 0)).isNull();
  }

  /** Each request passes exactly if every bucket it takes from still had a token. */
  @Test
  void whatPassesIsWhatAPlainCountLetsPass() {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      int common = 1 + random.nextInt(12);
      int exact = 1 + random.nextInt(4);
      int each = 1 + random.nextInt(3);
      boolean always = random.nextBoolean();
      DescriptorBuckets buckets = buckets(common, 20, always, exact("a", exact), exact("", each));
      Map<String, Integer> left = new HashMap<>(Map.of("a", exact));
      for (int i = 0; i < 20; i++) {
        String value = String.valueOf((char) ('a' + random.nextInt(4)));
        boolean described = random.nextInt(4) > 0;
        boolean expected = true;
        if (described) {
          int had = left.getOrDefault(value, each);
          expected = had > 0;
          left.put(value, Math.max(0, had - 1));
        }
        if (expected && (!described || always)) {
          expected = common > 0;
          common = Math.max(0, common - 1);
        }
        boolean passed = buckets.take(described ? asked(value) : List.of(), 0).allowed();
        assertThat(passed).as("seed %d, request %d", seed, i).isEqualTo(expected);
      }
    }
  }

  /** However many values come, no more of them than the bound have buckets; the latest do. */
  @Test
  void theTableOfABlankIsBounded() {
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      int most = 1 + random.nextInt(5);
      BlankDescriptor blank = new BlankDescriptor(exact("", 1), most);
      Map<String, TokenBucket> given = new HashMap<>();
      List<String> recent = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        String value = "v" + random.nextInt(9);
        TokenBucket bucket = blank.of(entries(value), i);
        boolean kept = recent.remove(value);
        assertThat(bucket == given.put(value, bucket)).as("seed %d", seed).isEqualTo(kept);
        recent.add(value);
        if (recent.size() > most) {
          recent.removeFirst();
        }
        assertThat(blank.size()).isEqualTo(recent.size());
      }
    }
  }

  private static DescriptorBuckets buckets(
      int common, int most, boolean always, Descriptor... descriptors) {
    RateLimitRules rules = new RateLimitRules(List.of(descriptors), most, always, List.of());
    return new DescriptorBuckets(
        rules, DescriptorBuckets.bucket(new Bucket(common, 1, HOUR), 0), 0);
  }

  private static Descriptor exact(String value, int tokens) {
    return new Descriptor(entries(value), new Bucket(tokens, 1, HOUR));
  }

  private static List<List<Entry>> asked(String value) {
    return List.of(entries(value));
  }

  private static List<Entry> entries(String value) {
    return List.of(new Entry("k", value));
  }
}
