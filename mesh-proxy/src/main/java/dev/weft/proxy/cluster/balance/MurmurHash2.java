package dev.weft.proxy.cluster.balance;

/** MurmurHash2 for 64 bits, as the GNU C++ library and with it Envoy has it. */
final class MurmurHash2 {
  private static final long SEED = 0xc70f6907L;
  private static final long MULTIPLIER = 0xc6a4a7935bd1e995L;

  private MurmurHash2() {}

  /**
   * The hash.
   *
   * @param bytes characters of which the lower eight bits count
   */
  static long hash(CharSequence bytes) {
    int length = bytes.length();
    long hash = SEED ^ length * MULTIPLIER;
    int at = 0;
    for (; at <= length - 8; at += 8) {
      hash = (hash ^ mix(load(bytes, at, 8) * MULTIPLIER) * MULTIPLIER) * MULTIPLIER;
    }
    if (at < length) {
      hash = (hash ^ load(bytes, at, length - at)) * MULTIPLIER;
    }
    return mix(mix(hash) * MULTIPLIER);
  }

  private static long load(CharSequence bytes, int at, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (bytes.charAt(at + i) & 0xffL) << 8 * i;
    }
    return value;
  }

  private static long mix(long value) {
    return value ^ value >>> 47;
  }
}
