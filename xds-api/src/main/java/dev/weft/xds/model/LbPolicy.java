package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an endpoint is picked ({@code load_balancing_policy} or {@code lb_policy} of a cluster). */
public sealed interface LbPolicy permits LbPolicy.OfEndpoints, SubsetPolicy {
  /** Picks from all endpoints that it is given. */
  sealed interface OfEndpoints extends LbPolicy {}

  /** One after the other. */
  record RoundRobin(@Nullable SlowStart slowStart, LocalityLb locality) implements OfEndpoints {
    /** With Envoy's defaults. */
    public RoundRobin() {
      this(null, LocalityLb.DEFAULT);
    }
  }

  /**
   * The least busy of some.
   *
   * @param choiceCount how many are drawn; at least 2
   * @param activeRequestBias how much requests in flight count where weights differ; at least 0
   * @param fullScan the least busy of all, instead
   */
  record LeastRequest(
      int choiceCount,
      double activeRequestBias,
      boolean fullScan,
      @Nullable SlowStart slowStart,
      LocalityLb locality)
      implements OfEndpoints {
    /** The less busy of so many, with Envoy's defaults. */
    public LeastRequest(int choiceCount) {
      this(choiceCount, 1, false, null, LocalityLb.DEFAULT);
    }
  }

  /** Any. */
  record Random(LocalityLb locality) implements OfEndpoints {
    /** With Envoy's defaults. */
    public Random() {
      this(LocalityLb.DEFAULT);
    }
  }

  /**
   * Ketama: the endpoint after the request's hash on a ring.
   *
   * @param minimumSize entries at least; 1..8388608
   * @param maximumSize entries at most; not below the minimum
   * @param localityWeighted whether weights of localities count
   */
  record RingHash(
      HashFunction function,
      int minimumSize,
      int maximumSize,
      HashKeys keys,
      boolean localityWeighted)
      implements OfEndpoints {}

  /**
   * Maglev: the endpoint that has the request's hash in a table.
   *
   * @param tableSize a prime; 2..5000011
   * @param localityWeighted whether weights of localities count
   */
  record Maglev(int tableSize, HashKeys keys, boolean localityWeighted) implements OfEndpoints {}

  /**
   * Round robin by the load that endpoints report (ORCA).
   *
   * @param blackout reports count once they have come for so long
   * @param expiration a report counts for so long; zero for ever
   * @param update how often weights follow reports
   * @param errorPenalty how much errors count; at least 0
   * @param metrics named values of which the greatest is the utilization where an endpoint does not
   *     say its own
   */
  record ClientSideWeighted(
      Duration blackout,
      Duration expiration,
      Duration update,
      double errorPenalty,
      List<String> metrics,
      LocalityLb locality)
      implements OfEndpoints {
    public ClientSideWeighted {
      metrics = List.copyOf(metrics);
    }
  }

  /**
   * Weft's own: the better of two drawn endpoints by peak EWMA of their latencies, times what is in
   * flight.
   *
   * @param decay after which a latency counts 1/e of what it did
   */
  record PeakEwma(Duration decay, LocalityLb locality) implements OfEndpoints {}

  /** What is hashed for the ring. */
  enum HashFunction {
    XX_HASH,
    MURMUR_HASH_2
  }

  /**
   * How endpoints are placed by their names.
   *
   * @param useHostname whether endpoints go by their host names, not addresses
   * @param balanceFactor percent of the average load that an endpoint may have; 0 for any, else at
   *     least 100
   */
  record HashKeys(boolean useHostname, int balanceFactor) {
    /** Addresses, without a bound. */
    public static final HashKeys DEFAULT = new HashKeys(false, 0);
  }

  /**
   * New endpoints get their share little by little.
   *
   * @param window from the first to the whole share
   * @param aggression greater than 1 begins faster
   * @param minWeightPercent the share to begin with; 0..100
   */
  record SlowStart(Duration window, double aggression, double minWeightPercent) {}

  /** How localities of one priority share its load. */
  sealed interface LocalityLb {
    /** Envoy's default, which is without effect where the proxy does not know its own cluster. */
    LocalityLb DEFAULT = new ZoneAware(100, 6, false, false);
  }

  /** By the weights of localities. */
  record LocalityWeighted() implements LocalityLb {}

  /**
   * To the proxy's own locality as far as that is fair to others.
   *
   * @param routingEnabled percent of requests; 0..100
   * @param minClusterSize smaller clusters are used without regard to localities
   * @param failTrafficOnPanic picks nobody in panic, instead of anybody
   * @param forceLocalityDirect all to the own locality, whatever the shares
   */
  record ZoneAware(
      int routingEnabled,
      long minClusterSize,
      boolean failTrafficOnPanic,
      boolean forceLocalityDirect)
      implements LocalityLb {}
}
