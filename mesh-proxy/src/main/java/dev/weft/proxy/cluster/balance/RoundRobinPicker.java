package dev.weft.proxy.cluster.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * One after the other; with weights, in a rota in which each comes as often as its weight says,
 * evenly spread.
 */
final class RoundRobinPicker<C extends Candidate> implements Picker<C> {
  /** The longest rota for small clusters; weights are rounded to fit. */
  private static final int ROTA = 4096;

  private final List<C> rota;

  // Proxies that start together must not all begin with the same endpoint.
  private final AtomicInteger cursor = new AtomicInteger(ThreadLocalRandom.current().nextInt());

  RoundRobinPicker(List<C> endpoints, int[] weights) {
    rota = rota(endpoints, weights);
  }

  @Override
  public C pick(RandomGenerator random) {
    return rota.get(Math.floorMod(cursor.getAndIncrement(), rota.size()));
  }

  private static <C> List<C> rota(List<C> endpoints, int[] weights) {
    int[] turns = turns(weights);
    if (Arrays.stream(turns).allMatch(turn -> turn == 1)) {
      return endpoints;
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
    List<C> rota = new ArrayList<>(Arrays.stream(turns).sum());
    for (Turn turn = queue.poll(); turn != null; turn = queue.poll()) {
      rota.add(endpoints.get(turn.index()));
      int taken = turn.taken() + 1;
      if (taken < turns[turn.index()]) {
        queue.add(new Turn(turn.index(), (taken + 0.5) / turns[turn.index()], taken));
      }
    }
    return rota;
  }

  /** How often each comes in a round: its weight, reduced, and rounded where the rota is full. */
  private static int[] turns(int[] weights) {
    long divisor = 0;
    long sum = 0;
    for (int weight : weights) {
      divisor = gcd(weight, divisor);
      sum += weight;
    }
    int[] turns = new int[weights.length];
    long limit = Math.max(ROTA, 4L * weights.length);
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
