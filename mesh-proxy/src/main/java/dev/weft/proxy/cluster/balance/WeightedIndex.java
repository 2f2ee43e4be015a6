package dev.weft.proxy.cluster.balance;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Draws an index in proportion to its weight, by prefix sums made once. */
final class WeightedIndex {
  private final int size;
  private final long total;

  /** Empty where all weights are equal. */
  private final long[] ends;

  WeightedIndex(long[] weights) {
    size = weights.length;
    long sum = 0;
    boolean equal = true;
    long[] sums = new long[size];
    for (int i = 0; i < size; i++) {
      sum += weights[i];
      sums[i] = sum;
      equal &= weights[i] == weights[0];
    }
    total = sum;
    ends = equal ? new long[0] : sums;
  }

  int draw(RandomGenerator random) {
    if (ends.length == 0) {
      return random.nextInt(size);
    }
    int found = Arrays.binarySearch(ends, random.nextLong(total) + 1);
    return found >= 0 ? found : -found - 1;
  }
}
