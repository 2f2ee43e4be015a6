package dev.weft.proxy.cluster.balance;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * One after the other; with weights, in a rota in which each comes as often as its weight says,
 * evenly spread.
 */
final class RoundRobinPicker<C extends Candidate> implements Picker<C> {
  private final List<C> rota;

  // Proxies that start together must not all begin with the same endpoint.
  private final AtomicInteger cursor = new AtomicInteger(ThreadLocalRandom.current().nextInt());

  RoundRobinPicker(List<C> endpoints, long[] weights) {
    rota = Arrays.stream(Rota.of(weights)).mapToObj(endpoints::get).toList();
  }

  @Override
  public C pick(RandomGenerator random) {
    return rota.get(Math.floorMod(cursor.getAndIncrement(), rota.size()));
  }
}
