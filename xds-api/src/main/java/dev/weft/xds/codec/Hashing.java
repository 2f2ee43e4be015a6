package dev.weft.xds.codec;

import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.HashFunction;
import dev.weft.xds.model.LbPolicy.HashKeys;

/** What ring hash and Maglev have in common, whichever message says it. */
final class Hashing {
  static final long MIN_RING = 1024;
  static final long MAX_RING = 8_388_608;
  private static final int DEFAULT_TABLE = 65_537;
  private static final int MAX_TABLE = 5_000_011;
  private static final int MIN_FACTOR = 100;

  private Hashing() {}

  static LbPolicy.RingHash ring(
      HashFunction function,
      long minimum,
      long maximum,
      HashKeys keys,
      boolean weighted,
      DecodeScope scope) {
    boolean sizes =
        scope
                .at("minimum_ring_size")
                .require(minimum >= 1 && minimum <= MAX_RING, "must be 1.." + MAX_RING)
            & scope
                .at("maximum_ring_size")
                .require(maximum >= 1 && maximum <= MAX_RING, "must be 1.." + MAX_RING);
    if (sizes) {
      scope
          .at("minimum_ring_size")
          .require(
              minimum <= maximum, "is " + minimum + ", above maximum_ring_size (" + maximum + ")");
    }
    return new LbPolicy.RingHash(function, (int) minimum, (int) maximum, keys, weighted);
  }

  static int tableSize(boolean set, long size, DecodeScope scope) {
    if (!set) {
      return DEFAULT_TABLE;
    }
    scope.require(
        size >= 2 && size <= MAX_TABLE && isPrime(size),
        "is " + Long.toUnsignedString(size) + ", must be a prime number up to " + MAX_TABLE);
    return (int) size;
  }

  private static boolean isPrime(long number) {
    for (long divisor = 2; divisor * divisor <= number; divisor++) {
      if (number % divisor == 0) {
        return false;
      }
    }
    return true;
  }

  static HashKeys keys(boolean hostname, boolean factorSet, int factor, DecodeScope scope) {
    return new HashKeys(
        hostname,
        factorSet
            ? Wire.number(factor, MIN_FACTOR, Integer.MAX_VALUE, scope.at("hash_balance_factor"))
            : 0);
  }
}
