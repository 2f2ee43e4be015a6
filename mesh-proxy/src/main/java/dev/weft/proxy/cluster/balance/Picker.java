package dev.weft.proxy.cluster.balance;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks an endpoint for a request. Immutable but for a cursor; used by all loops at once.
 *
 * @param <C> the endpoints
 */
public interface Picker<C extends Candidate> {
  /**
   * An endpoint, or null if there is none.
   *
   * @param random of the calling loop
   */
  @Nullable C pick(RandomGenerator random);
}
