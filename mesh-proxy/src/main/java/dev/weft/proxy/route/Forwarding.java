package dev.weft.proxy.route;

import dev.weft.xds.model.DeadlineBudget;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HedgePolicy;
import dev.weft.xds.model.Mirror;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.UpgradeConfig;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to a cluster; times are nanoseconds.
 *
 * @param timeoutNanos from the complete request to the complete answer; 0 for none
 * @param expectedTimeout the same in milliseconds, as endpoints are told; null for none
 * @param idleNanos 0 for none, -1 for the connection manager's
 * @param maxDurationNanos 0 for none, -1 for the connection manager's
 * @param grpcDeadlineMaxNanos the longest {@code grpc-timeout} that counts; 0 for any, -1 if it
 *     does not count here
 * @param grpcDeadlineOffsetNanos taken off a {@code grpc-timeout} that counts
 * @param timesStreams whether gRPC calls say to the endpoint how long their streams may last
 * @param callTime how long gRPC calls may take instead of {@code timeoutNanos}; null where that
 *     counts
 * @param hedges whether a try that takes too long goes on beside the next
 * @param oneLayer whether proxies before and behind this one are told of retries, and believed
 * @param deadlines what is made of the time that callers give; null for nothing but {@code
 *     grpc-timeout}
 * @param upgrades says more than the connection manager's
 * @param terminatesConnect whether what a CONNECT carries goes to the endpoint as it is, over TCP
 * @param attemptCount who is told how often a request was tried
 * @param bufferLimit bytes of a request's body that may be kept for another try
 * @param notFoundStatus what is answered where the cluster does not exist
 * @param mirrors where copies go
 * @param hash by which the request is placed; null where it says nothing
 * @param redirects which redirects of endpoints are followed; null for none
 */
public record Forwarding(
    WeightedTargets targets,
    long timeoutNanos,
    @Nullable AsciiString expectedTimeout,
    long idleNanos,
    long maxDurationNanos,
    long grpcDeadlineMaxNanos,
    long grpcDeadlineOffsetNanos,
    boolean timesStreams,
    @Nullable CallTime callTime,
    RetryPlan retry,
    boolean hedges,
    boolean oneLayer,
    @Nullable DeadlineBudget deadlines,
    PathRewrite path,
    HostChange host,
    Priority priority,
    List<UpgradeConfig> upgrades,
    boolean terminatesConnect,
    AttemptCount attemptCount,
    int bufferLimit,
    int notFoundStatus,
    List<MirrorPlan> mirrors,
    @Nullable RequestHash hash,
    @Nullable RedirectPlan redirects)
    implements CompiledRoute.Action {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /**
   * Compiles an action.
   *
   * @param mirrors of the route, or of what is around it
   * @param filters the number for what a weighted cluster says of filters
   */
  static Forwarding compile(
      RouteAction.Forward forward,
      VirtualHost virtualHost,
      Route from,
      RetryPlan policy,
      List<Mirror> mirrors,
      ToIntFunction<Map<String, FilterOverride>> filters) {
    Duration timeout = forward.timeout();
    Duration idle = forward.idleTimeout();
    Duration maxDuration = forward.maxStreamDuration();
    Duration grpcMax = forward.grpcTimeoutHeaderMax();
    RouteAction.Rewrite rewrite = forward.rewrite();
    HedgePolicy hedge = forward.hedge() != null ? forward.hedge() : virtualHost.hedge();
    boolean hedges = hedge != null && hedge.onPerTryTimeout();
    boolean longer = !timeout.isZero() && policy.perTryNanos() >= timeout.toNanos();
    // A try that has no less time than the request has none of its own.
    RetryPlan retry = longer && forward.maxGrpcTimeout() == null ? policy.perTry(0) : policy;
    Integer limit = from.bufferLimit() != null ? from.bufferLimit() : virtualHost.bufferLimit();
    return new Forwarding(
        WeightedTargets.compile(forward.target(), forward.balance().metadataMatch(), filters),
        timeout.toNanos(),
        // A try that is overtaken has all the time there is.
        expected(timeout.toNanos(), hedges ? 0 : retry.perTryNanos()),
        idle == null ? -1 : idle.toNanos(),
        maxDuration == null ? -1 : maxDuration.toNanos(),
        grpcMax == null ? -1 : grpcMax.toNanos(),
        forward.grpcTimeoutHeaderOffset().toNanos(),
        forward.timesStreams(),
        CallTime.compile(forward.maxGrpcTimeout(), hedges ? 0 : retry.perTryNanos()),
        retry,
        hedges,
        virtualHost.oneLayer(),
        virtualHost.deadlines(),
        PathRewrite.compile(rewrite == null ? null : rewrite.path(), from.match().path()),
        HostChange.compile(rewrite),
        forward.priority(),
        forward.upgrades(),
        forward.upgrades().stream().anyMatch(UpgradeConfig::terminatesConnect),
        virtualHost.attemptCount(),
        limit == null ? Integer.MAX_VALUE : limit,
        forward.clusterNotFoundStatus(),
        mirrors.stream().map(mirror -> MirrorPlan.compile(mirror, timeout.toNanos())).toList(),
        RequestHash.compile(forward.balance().hashPolicies()),
        RedirectPlan.compile(forward.redirects()));
  }

  /**
   * Sends requests of the proxy itself to a cluster, once each.
   *
   * @param timeoutNanos above 0
   */
  public static Forwarding toCluster(String cluster, long timeoutNanos) {
    return plain(WeightedTargets.compile(new Mirror(cluster, false, null, true)), timeoutNanos);
  }

  /** Sends requests as they are, once each. */
  static Forwarding plain(WeightedTargets targets, long timeoutNanos) {
    return new Forwarding(
        targets,
        timeoutNanos,
        null,
        -1,
        0,
        -1,
        0,
        false,
        null,
        RetryPlan.NONE,
        false,
        false,
        null,
        PathRewrite.NONE,
        HostChange.NONE,
        Priority.DEFAULT,
        List.of(),
        false,
        AttemptCount.NOBODY,
        0,
        503,
        List.of(),
        null,
        null);
  }

  /** The same with other times and another plan for retries. */
  Forwarding with(long otherTimeoutNanos, RetryPlan plan) {
    return new Forwarding(
        targets,
        otherTimeoutNanos,
        expected(otherTimeoutNanos, hedges ? 0 : plan.perTryNanos()),
        idleNanos,
        maxDurationNanos,
        grpcDeadlineMaxNanos,
        grpcDeadlineOffsetNanos,
        timesStreams,
        callTime(otherTimeoutNanos, plan),
        plan,
        hedges,
        oneLayer,
        deadlines,
        path,
        host,
        priority,
        upgrades,
        terminatesConnect,
        attemptCount,
        bufferLimit,
        notFoundStatus,
        mirrors,
        hash,
        redirects);
  }

  /** What a request says of its time goes before what calls say of theirs. */
  private @Nullable CallTime callTime(long otherTimeoutNanos, RetryPlan plan) {
    return callTime == null || otherTimeoutNanos != timeoutNanos
        ? null
        : new CallTime(
            callTime.maxNanos(), callTime.offsetNanos(), hedges ? 0 : plan.perTryNanos());
  }

  /** The time of a try is what an endpoint has to keep, where it has one. */
  private static @Nullable AsciiString expected(long timeoutNanos, long perTryNanos) {
    long nanos = perTryNanos > 0 ? perTryNanos : timeoutNanos;
    return nanos == 0 ? null : AsciiString.of(Long.toString(nanos / NANOS_PER_MILLI));
  }
}
