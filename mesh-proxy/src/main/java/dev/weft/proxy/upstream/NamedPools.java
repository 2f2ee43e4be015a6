package dev.weft.proxy.upstream;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The pools for requests that say something to TLS, the one that was used least recently first.
 * Clients say what they like: there are so many, and a new one takes the place of one that carries
 * nothing. Confined to its loop.
 *
 * @param <K> what a pool is known by
 */
final class NamedPools<K, P> {
  /** How many are looked at for each that wants a place. */
  private static final int LOOKS = 16;

  private final int most;
  private final Predicate<P> idle;
  private final LinkedHashMap<K, P> pools = new LinkedHashMap<>();

  /**
   * @param most how many there are at once; above 0
   * @param idle whether one carries nothing
   */
  NamedPools(int most, Predicate<P> idle) {
    this.most = most;
    this.idle = idle;
  }

  boolean isEmpty() {
    return pools.isEmpty();
  }

  boolean full() {
    return pools.size() >= most;
  }

  void add(K target, P pool) {
    pools.put(target, pool);
  }

  /** It is the most recent from now on. */
  void use(K target, P pool) {
    pools.putLast(target, pool);
  }

  void remove(K target) {
    pools.remove(target);
  }

  void retain(Set<K> targets) {
    if (!pools.isEmpty()) {
      pools.keySet().retainAll(targets);
    }
  }

  void clear() {
    pools.clear();
  }

  /**
   * Takes out one that carries nothing, of those used least recently; null if they all do. Those
   * that do are looked at again after all others.
   */
  @Nullable K takeIdle() {
    for (int looks = Math.min(LOOKS, pools.size()); looks > 0; looks--) {
      Iterator<Map.Entry<K, P>> oldest = pools.entrySet().iterator();
      Map.Entry<K, P> entry = oldest.next();
      K target = entry.getKey();
      if (idle.test(entry.getValue())) {
        oldest.remove();
        return target;
      }
      use(target, entry.getValue());
    }
    return null;
  }
}
