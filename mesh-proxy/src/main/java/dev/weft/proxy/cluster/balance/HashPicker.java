package dev.weft.proxy.cluster.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/** The endpoint that a request's hash says; any one where the request has none. */
final class HashPicker<C extends Candidate> implements Picker<C> {
  private final List<C> hosts;
  private final HashIndex index;

  HashPicker(List<C> hosts, HashIndex index) {
    this.hosts = hosts;
    this.index = index;
  }

  @Override
  public C pick(RandomGenerator random) {
    return pick(random, random.nextLong(), 0);
  }

  @Override
  public C pick(RandomGenerator random, long hash, int attempt) {
    return hosts.get(index.index(hash, attempt));
  }
}
