package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.LbPolicy.HashFunction;
import dev.weft.xds.model.LbPolicy.RingHash;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Ketama, with Envoy's entries: each endpoint stands on a ring of hashes as often as its weight
 * says, and takes the requests whose hash lies before one of its entries.
 */
final class HashRing implements HashIndex {
  private final int hosts;

  /** In unsigned order. */
  private final long[] hashes;

  private final int[] owners;

  /** Where the entries begin whose upper bits are these: a lookup reads a few entries only. */
  private final int[] starts;

  private final int shift;

  HashRing(RingHash policy, WeightedHosts<?> weighted) {
    hosts = weighted.parts().length;
    double least = weighted.least();
    double scale =
        Math.min(Math.ceil(least * policy.minimumSize()) / least, (double) policy.maximumSize());
    int size = 0;
    double target = 0;
    for (double part : weighted.parts()) {
      target += scale * part;
      while (size < target) {
        size++;
      }
    }
    long[] entries = new long[size];
    int[] of = new int[size];
    int made = 0;
    target = 0;
    StringBuilder key = new StringBuilder();
    for (int host = 0; host < hosts; host++) {
      key.setLength(0);
      key.append(weighted.hosts().get(host).hashKey(policy.keys().useHostname())).append('_');
      int stem = key.length();
      target += scale * weighted.parts()[host];
      for (int i = 0; made < target; i++) {
        key.setLength(stem);
        key.append(i);
        of[made] = host;
        entries[made++] =
            policy.function() == HashFunction.MURMUR_HASH_2
                ? MurmurHash2.hash(key)
                : XxHash64.hash(key);
      }
    }
    int[] order =
        IntStream.range(0, size)
            .boxed()
            .sorted(Comparator.comparingLong(i -> entries[i] ^ Long.MIN_VALUE))
            .mapToInt(Integer::intValue)
            .toArray();
    hashes = new long[size];
    owners = new int[size];
    for (int i = 0; i < size; i++) {
      hashes[i] = entries[order[i]];
      owners[i] = of[order[i]];
    }
    int bits = Math.max(1, 32 - Integer.numberOfLeadingZeros(Math.max(1, size - 1)));
    shift = Long.SIZE - bits;
    starts = new int[1 << bits];
    int entry = 0;
    for (int bucket = 0; bucket < starts.length; bucket++) {
      while (entry < size && hashes[entry] >>> shift < bucket) {
        entry++;
      }
      starts[bucket] = entry;
    }
  }

  /** How many entries each endpoint has, in the order of the hosts. */
  int[] counts() {
    int[] counts = new int[hosts];
    Arrays.stream(owners).forEach(owner -> counts[owner]++);
    return counts;
  }

  @Override
  public int index(long hash, int attempt) {
    int at = starts[(int) (hash >>> shift)];
    while (at < hashes.length && Long.compareUnsigned(hashes[at], hash) < 0) {
      at++;
    }
    return owners[(at + attempt) % hashes.length];
  }
}
