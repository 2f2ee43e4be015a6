package dev.weft.proxy.cluster.balance;

import java.util.Arrays;
import java.util.PriorityQueue;

/** An order in which each comes as often as its weight says, evenly spread. */
final class Rota {
  /** The longest for a few; weights are rounded to fit. */
  private static final int LONGEST = 4096;

  private Rota() {}

  /** The indices of the weights in their order; each index once where weights are equal. */
  static int[] of(long[] weights) {
    int[] turns = turns(weights);
    int[] rota = new int[Arrays.stream(turns).sum()];
    if (rota.length == turns.length) {
      Arrays.setAll(rota, i -> i);
      return rota;
    }
    // The earliest deadline goes next: turn k of n is due at (k + ½) / n.
    record Turn(int index, double due, int taken) {}
    PriorityQueue<Turn> queue =
        new PriorityQueue<>(
            (a, b) -> {
              int byDue = Double.compare(a.due(), b.due());
              return byDue != 0 ? byDue : Integer.compare(a.index(), b.index());
            });
    for (int i = 0; i < turns.length; i++) {
      queue.add(new Turn(i, 0.5 / turns[i], 0));
    }
    int next = 0;
    for (Turn turn = queue.poll(); turn != null; turn = queue.poll()) {
      rota[next++] = turn.index();
      int taken = turn.taken() + 1;
      if (taken < turns[turn.index()]) {
        queue.add(new Turn(turn.index(), (taken + 0.5) / turns[turn.index()], taken));
      }
    }
    return rota;
  }

  /** How often each comes in a round: its weight, reduced, and rounded where the rota is full. */
  private static int[] turns(long[] weights) {
    long divisor = 0;
    long sum = 0;
    for (long weight : weights) {
      divisor = gcd(weight, divisor);
      sum += weight;
    }
    int[] turns = new int[weights.length];
    long limit = Math.max(LONGEST, 4L * weights.length);
    for (int i = 0; i < weights.length; i++) {
      turns[i] =
          sum / divisor <= limit
              ? (int) (weights[i] / divisor)
              : (int) Math.max(1, Math.round((double) weights[i] * limit / sum));
    }
    return turns;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
