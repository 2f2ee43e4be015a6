package dev.weft.control.resource;

import java.util.List;
import java.util.Map;

/** How far from a caller instances are taken. */
public sealed interface LocalityPolicy {
  /**
   * The nearest that are well.
   *
   * @param zone whether the caller's own zone comes before the rest of its region
   * @param failover of regions, where to go on; a region is there once
   */
  record Prefer(boolean zone, List<Failover> failover) implements LocalityPolicy {
    public Prefer {
      failover = List.copyOf(failover);
    }
  }

  /** From one region to others, the first of them first; those not named come last. */
  record Failover(String from, List<String> to) {
    public Failover {
      to = List.copyOf(to);
    }
  }

  /**
   * In shares.
   *
   * @param shares a place is there once; a zone counts before its region. Callers that are at none
   *     of them use all instances alike
   */
  record Distribute(List<Shares> shares) implements LocalityPolicy {
    public Distribute {
      shares = List.copyOf(shares);
    }
  }

  /**
   * Of callers at one place.
   *
   * @param to places, none within another, and percent, 1..100, that add up to 100. Instances at
   *     other places are for when these fail
   */
  record Shares(Place from, Map<Place, Integer> to) {
    public Shares {
      to = Map.copyOf(to);
    }
  }
}
