package dev.weft.proxy.cluster.balance;

import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Picks again where a pick fell on an endpoint that is not wanted. */
final class Repicks {
  /** How often a pick is repeated when it fell on an endpoint that has been ejected. */
  private static final int EJECTED = 4;

  /** How many endpoints are looked at, one by one, when picking again did not help. */
  private static final int SCAN = 64;

  private Repicks() {}

  /**
   * Picks until an endpoint is neither ejected nor rejected, or it was tried often enough.
   *
   * @param rest who is looked through in the end, where the try insists
   */
  static <C extends Candidate> @Nullable C pick(
      Picker<C> from, RandomGenerator random, long hash, Preference<C> preference, List<C> rest) {
    int ejected = 0;
    int rejected = 0;
    C picked = from.pick(random, hash, 0);
    while (picked != null) {
      if (picked.ejected()) {
        if (++ejected > EJECTED) {
          return scan(rest, random, preference, picked);
        }
      } else if (!preference.rejects(picked)) {
        return picked;
      } else if (++rejected > preference.repicks()) {
        return preference.insists() ? scan(rest, random, preference, picked) : picked;
      }
      picked = from.pick(random, hash, ejected + rejected);
    }
    return null;
  }

  private static <C extends Candidate> C scan(
      List<C> rest, RandomGenerator random, Preference<C> preference, C otherwise) {
    int start = random.nextInt(Math.max(1, rest.size()));
    for (int i = 0; i < Math.min(SCAN, rest.size()); i++) {
      C candidate = rest.get((start + i) % rest.size());
      if (!candidate.ejected() && !preference.rejects(candidate)) {
        return candidate;
      }
    }
    return otherwise;
  }
}
