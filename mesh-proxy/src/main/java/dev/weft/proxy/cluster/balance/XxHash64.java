package dev.weft.proxy.cluster.balance;

/** XXH64, over characters that stand for one byte each: what Envoy places and hashes with. */
public final class XxHash64 {
  private static final long P1 = 0x9E3779B185EBCA87L;
  private static final long P2 = 0xC2B2AE3D27D4EB4FL;
  private static final long P3 = 0x165667B19E3779F9L;
  private static final long P4 = 0x85EBCA77C2B2AE63L;
  private static final long P5 = 0x27D4EB2F165667C5L;
  private static final int STRIPE = 32;

  private XxHash64() {}

  /** The hash with seed 0. */
  public static long hash(CharSequence bytes) {
    return hash(bytes, 0, bytes.length(), 0);
  }

  /** The hash with a seed. */
  public static long hash(CharSequence bytes, long seed) {
    return hash(bytes, 0, bytes.length(), seed);
  }

  /**
   * The hash of a part.
   *
   * @param bytes characters of which the lower eight bits count
   */
  public static long hash(CharSequence bytes, int start, int end, long seed) {
    int length = end - start;
    int at = start;
    long hash;
    if (length >= STRIPE) {
      long a = seed + P1 + P2;
      long b = seed + P2;
      long c = seed;
      long d = seed - P1;
      for (; at <= end - STRIPE; at += STRIPE) {
        a = round(a, eight(bytes, at));
        b = round(b, eight(bytes, at + 8));
        c = round(c, eight(bytes, at + 16));
        d = round(d, eight(bytes, at + 24));
      }
      hash =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      hash = merge(merge(merge(merge(hash, a), b), c), d);
    } else {
      hash = seed + P5;
    }
    hash += length;
    for (; at <= end - 8; at += 8) {
      hash = Long.rotateLeft(hash ^ round(0, eight(bytes, at)), 27) * P1 + P4;
    }
    if (at <= end - 4) {
      hash = Long.rotateLeft(hash ^ four(bytes, at) * P1, 23) * P2 + P3;
      at += 4;
    }
    for (; at < end; at++) {
      hash = Long.rotateLeft(hash ^ one(bytes, at) * P5, 11) * P1;
    }
    hash = (hash ^ hash >>> 33) * P2;
    hash = (hash ^ hash >>> 29) * P3;
    return hash ^ hash >>> 32;
  }

  private static long round(long lane, long input) {
    return Long.rotateLeft(lane + input * P2, 31) * P1;
  }

  private static long merge(long hash, long lane) {
    return (hash ^ round(0, lane)) * P1 + P4;
  }

  private static long one(CharSequence bytes, int at) {
    return bytes.charAt(at) & 0xff;
  }

  private static long four(CharSequence bytes, int at) {
    return one(bytes, at)
        | one(bytes, at + 1) << 8
        | one(bytes, at + 2) << 16
        | one(bytes, at + 3) << 24;
  }

  private static long eight(CharSequence bytes, int at) {
    return four(bytes, at) | four(bytes, at + 4) << 32;
  }
}
