package dev.weft.control.compile;

import dev.weft.control.resource.LoadReportsPolicy;
import dev.weft.control.resource.LocalityPolicy;
import dev.weft.control.resource.TrafficPolicyResource.Hash;
import dev.weft.control.resource.TrafficPolicyResource.HashKey;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import dev.weft.control.resource.TrafficPolicyResource.SlowStart;
import dev.weft.xds.model.HashPolicy;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How an instance of a service port is chosen.
 *
 * @param hash what routes to the port hash; empty where no hash counts
 * @param panicPercent of healthy instances, below which all are used
 * @param locality null: instances are used wherever they are
 */
record BalancingSettings(
    LbPolicy policy, List<HashPolicy> hash, int panicPercent, @Nullable LocalityPolicy locality) {
  private static final int DEFAULT_PANIC = 50;
  private static final int DEFAULT_CHOICES = 2;
  private static final Duration DEFAULT_DECAY = Duration.ofSeconds(10);
  private static final Duration DEFAULT_BLACKOUT = Duration.ofSeconds(10);
  private static final Duration DEFAULT_EXPIRATION = Duration.ofMinutes(3);
  private static final Duration DEFAULT_UPDATE = Duration.ofSeconds(1);

  /** Envoy's sizes: a ring that is fine enough, and a table with a prime number of places. */
  private static final int MIN_RING = 1024;

  private static final int MAX_RING = 8_388_608;
  private static final int TABLE = 65_537;

  /**
   * What a policy says.
   *
   * @param http whether requests can be told apart; where not, none can be placed by a hash
   */
  static BalancingSettings of(boolean http, @Nullable LoadBalancing said) {
    LoadBalancing policy = said == null ? LoadBalancing.DEFAULT : said;
    Integer panic = policy.panicPercent();
    Hash hash = policy.hash();
    return new BalancingSettings(
        hash != null && !http
            ? new LbPolicy.RoundRobin(null, shares(policy.locality()))
            : translate(policy),
        hash == null || !http ? List.of() : keys(hash),
        panic == null ? DEFAULT_PANIC : panic,
        policy.locality());
  }

  /** How places of the same priority share requests: by weights only where a policy says which. */
  private static LocalityLb shares(@Nullable LocalityPolicy policy) {
    return policy instanceof LocalityPolicy.Distribute
        ? new LbPolicy.LocalityWeighted()
        : LocalityLb.DEFAULT;
  }

  private static LbPolicy translate(LoadBalancing policy) {
    LocalityLb shares = shares(policy.locality());
    boolean weighted = policy.locality() instanceof LocalityPolicy.Distribute;
    LbPolicy.SlowStart slowStart = slowStart(policy.slowStart());
    Integer choices = policy.choices();
    return switch (policy.policy()) {
      case ROUND_ROBIN -> new LbPolicy.RoundRobin(slowStart, shares);
      case LEAST_REQUEST ->
          new LbPolicy.LeastRequest(
              choices == null ? DEFAULT_CHOICES : choices, 1, false, slowStart, shares);
      case RANDOM -> new LbPolicy.Random(shares);
      case RING_HASH ->
          new LbPolicy.RingHash(
              LbPolicy.HashFunction.XX_HASH, MIN_RING, MAX_RING, bound(policy.hash()), weighted);
      case MAGLEV -> new LbPolicy.Maglev(TABLE, bound(policy.hash()), weighted);
      case PEAK_EWMA ->
          new LbPolicy.PeakEwma(policy.decay() == null ? DEFAULT_DECAY : policy.decay(), shares);
      case REPORTED_LOAD -> reported(policy.reports(), shares);
    };
  }

  /** Where nothing is said Envoy's defaults hold, which are those of gRPC as well (A58). */
  private static LbPolicy reported(@Nullable LoadReportsPolicy said, LocalityLb shares) {
    LoadReportsPolicy reports = said == null ? LoadReportsPolicy.DEFAULT : said;
    return new LbPolicy.ClientSideWeighted(
        orElse(reports.blackout(), DEFAULT_BLACKOUT),
        orElse(reports.expiration(), DEFAULT_EXPIRATION),
        orElse(reports.updatePeriod(), DEFAULT_UPDATE),
        orElse(reports.errorPenalty(), 1.0),
        reports.metrics(),
        shares);
  }

  private static <T> T orElse(@Nullable T said, T fallback) {
    return said == null ? fallback : said;
  }

  private static LbPolicy.@Nullable SlowStart slowStart(@Nullable SlowStart policy) {
    return policy == null
        ? null
        : new LbPolicy.SlowStart(policy.window(), policy.aggression(), policy.minPercent());
  }

  private static LbPolicy.HashKeys bound(@Nullable Hash hash) {
    Integer percent = hash == null ? null : hash.boundedLoadPercent();
    return new LbPolicy.HashKeys(false, percent == null ? 0 : percent);
  }

  private static List<HashPolicy> keys(Hash hash) {
    return hash.on().stream().map(BalancingSettings::key).toList();
  }

  /** The first that a request has is the last that counts. */
  private static HashPolicy key(HashKey key) {
    return switch (key) {
      case HashKey.Header(String name) ->
          new HashPolicy.Header(name.toLowerCase(Locale.ROOT), null, true);
      case HashKey.Cookie cookie ->
          new HashPolicy.Cookie(
              cookie.name(),
              cookie.ttl(),
              cookie.path() == null ? "" : cookie.path(),
              List.of(),
              true);
      case HashKey.QueryParam(String name) -> new HashPolicy.QueryParameter(name, true);
    };
  }
}
