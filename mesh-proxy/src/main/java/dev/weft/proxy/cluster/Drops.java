package dev.weft.proxy.cluster;

import dev.weft.xds.model.EndpointSet.Drop;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The shares of its requests that a cluster refuses, as its endpoints' source says. */
final class Drops {
  private final List<Drop> drops;

  private Drops(List<Drop> drops) {
    this.drops = drops;
  }

  /** Null where nothing is dropped. */
  static @Nullable Drops compile(List<Drop> drops) {
    List<Drop> some = drops.stream().filter(drop -> drop.share().numerator() > 0).toList();
    return some.isEmpty() ? null : new Drops(some);
  }

  /** Whether all is dropped. */
  boolean all() {
    return drops.stream().anyMatch(drop -> drop.share().numerator() >= drop.share().denominator());
  }

  /** Whether this request is dropped. */
  boolean draw(RandomGenerator random) {
    for (int i = 0; i < drops.size(); i++) {
      Drop drop = drops.get(i);
      if (random.nextInt(drop.share().denominator()) < drop.share().numerator()) {
        return true;
      }
    }
    return false;
  }
}
