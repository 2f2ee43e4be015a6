package dev.weft.proxy.cluster.balance;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks an endpoint for a request. Immutable but for a cursor; used by all loops at once.
 *
 * @param <C> the endpoints
 */
@FunctionalInterface
public interface Picker<C extends Candidate> {
  /**
   * An endpoint, or null if there is none.
   *
   * @param random of the calling loop
   */
  @Nullable C pick(RandomGenerator random);

  /**
   * As {@link #pick(RandomGenerator)}, for policies that pick by a hash.
   *
   * @param hash of the request, or any number
   * @param attempt how many picks for the same try fell on an endpoint to avoid
   */
  default @Nullable C pick(RandomGenerator random, long hash, int attempt) {
    return pick(random);
  }
}
