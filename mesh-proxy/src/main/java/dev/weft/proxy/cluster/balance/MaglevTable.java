package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.LbPolicy.Maglev;
import java.util.Arrays;

/**
 * Maglev, with Envoy's table: each endpoint walks the table in an order of its own and takes free
 * places, in turns as its weight says.
 */
final class MaglevTable implements HashIndex {
  private final int hosts;
  private final int[] table;

  MaglevTable(Maglev policy, WeightedHosts<?> weighted) {
    hosts = weighted.parts().length;
    int size = policy.tableSize();
    int n = hosts;
    long[] offset = new long[n];
    long[] skip = new long[n];
    for (int i = 0; i < n; i++) {
      String key = weighted.hosts().get(i).hashKey(policy.keys().useHostname());
      offset[i] = Long.remainderUnsigned(XxHash64.hash(key), size);
      skip[i] = Long.remainderUnsigned(XxHash64.hash(key, 1), size - 1) + 1;
    }
    double greatest = weighted.greatest();
    double[] due = new double[n];
    long[] next = new long[n];
    table = new int[size];
    Arrays.fill(table, -1);
    int filled = 0;
    for (long turn = 1; filled < size; turn++) {
      for (int i = 0; i < n && filled < size; i++) {
        if (turn * weighted.parts()[i] < due[i]) {
          continue;
        }
        due[i] += greatest;
        int place = place(offset[i], skip[i], next[i], size);
        while (table[place] >= 0) {
          place = place(offset[i], skip[i], ++next[i], size);
        }
        table[place] = i;
        next[i]++;
        filled++;
      }
    }
  }

  private static int place(long offset, long skip, long next, int size) {
    return (int) ((offset + skip * next) % size);
  }

  /** How many places each endpoint has, in the order of the hosts. */
  int[] counts() {
    int[] counts = new int[hosts];
    Arrays.stream(table).forEach(owner -> counts[owner]++);
    return counts;
  }

  @Override
  public int index(long hash, int attempt) {
    // All bits change with the attempt, so that those of one hash do not share a successor.
    long mixed = attempt == 0 ? hash : hash ^ -attempt;
    return table[(int) Long.remainderUnsigned(mixed, table.length)];
  }
}
