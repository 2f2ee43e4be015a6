package dev.weft.proxy.cluster.balance;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a try wants of the endpoint that is chosen for it. Of one request, on its loop.
 *
 * @param <C> the endpoints
 */
public interface Preference<C> {
  /** Whether another is looked for instead. */
  boolean rejects(C endpoint);

  /** How often another is picked while the pick is rejected; then what came is taken. */
  int repicks();

  /** Whether endpoints are looked through after that, so that what is rejected comes last. */
  boolean insists();

  /** Which priorities were tried; null where that does not count. */
  @Nullable TriedPriorities priorities();

  /**
   * Any but these, as long as there are others.
   *
   * @param tried may change between picks
   */
  static <C> Preference<C> avoiding(List<C> tried) {
    return new Others<>(tried);
  }

  /** Those that are not among some. */
  record Others<C>(List<C> tried) implements Preference<C> {
    private static final int REPICKS = 4;

    @Override
    public boolean rejects(C endpoint) {
      return tried.contains(endpoint);
    }

    @Override
    public int repicks() {
      return REPICKS;
    }

    @Override
    public boolean insists() {
      return true;
    }

    @Override
    public @Nullable TriedPriorities priorities() {
      return null;
    }
  }
}
