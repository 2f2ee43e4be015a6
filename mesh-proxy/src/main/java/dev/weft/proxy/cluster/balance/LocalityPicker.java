package dev.weft.proxy.cluster.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Shares load among localities by their weights, less what they are short of fit endpoints. */
final class LocalityPicker<C extends Candidate> implements Picker<C> {
  /** Weights are whole numbers, and the part of a locality that is fit is not. */
  private static final int SCALE = 1000;

  private final List<Picker<C>> localities;
  private final int[] rota;
  private final AtomicInteger cursor = new AtomicInteger(ThreadLocalRandom.current().nextInt());

  private LocalityPicker(List<Picker<C>> localities, int[] rota) {
    this.localities = localities;
    this.rota = rota;
  }

  /**
   * A picker of localities.
   *
   * @param fit members that may be picked
   * @param all the same localities with all their members
   * @param weights of the localities; 0 for those that get nothing
   * @param within a picker of each locality
   * @param overprovisioning percent
   * @return null if none has any weight
   */
  static <C extends Candidate> @Nullable LocalityPicker<C> build(
      Localities<C> fit,
      Localities<C> all,
      double[] weights,
      List<Picker<C>> within,
      int overprovisioning) {
    List<Picker<C>> used = new ArrayList<>();
    List<Long> effective = new ArrayList<>();
    for (int i = 0; i < fit.size(); i++) {
      int total = all.members(i).size();
      double availability =
          total == 0 ? 0 : Math.min(1, overprovisioning / 100.0 * fit.members(i).size() / total);
      double weight = weights[i] * availability;
      if (weight > 0) {
        used.add(within.get(i));
        effective.add(Math.max(1, Math.round(weight * SCALE)));
      }
    }
    return used.isEmpty()
        ? null
        : new LocalityPicker<>(
            List.copyOf(used), Rota.of(effective.stream().mapToLong(Long::longValue).toArray()));
  }

  @Override
  public @Nullable C pick(RandomGenerator random) {
    int turn = rota[Math.floorMod(cursor.getAndIncrement(), rota.length)];
    return localities.get(turn).pick(random);
  }
}
