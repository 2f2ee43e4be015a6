package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a matching route does. */
public sealed interface RouteAction {
  /**
   * Sends the request to a cluster.
   *
   * @param timeout from the complete request to the complete response; zero for none
   * @param idleTimeout no activity on the stream; null for the manager's, zero for none
   * @param maxStreamDuration the whole life of the stream; null for the manager's, zero for none
   * @param grpcTimeoutHeaderMax when set, {@code grpc-timeout} bounds the stream instead, at most
   *     this; zero accepts any value
   * @param retry null for the virtual host's, or none
   * @param hedge null for the virtual host's, or none
   * @param rewrite null leaves path and host alone
   * @param upgrades says more than the manager's; at most one for each type
   * @param clusterNotFoundStatus what is answered where the cluster does not exist: 503, 404 or 500
   * @param mirrors where copies go; none for the virtual host's
   * @param balance says more of the endpoint
   * @param redirects which redirects of endpoints are followed; null for none
   * @param grpcTimeoutHeaderOffset taken off what {@code grpc-timeout} bounds the stream by; zero
   *     where that is not asked for
   * @param maxGrpcTimeout how long gRPC calls may take instead of {@code timeout}; null where that
   *     counts
   * @param timesStreams whether the route bounds streams, were it by the manager's time: gRPC calls
   *     then say to the endpoint how long theirs lasts. So it does with {@code maxStreamDuration}
   *     or {@code grpcTimeoutHeaderMax}
   */
  @RecordBuilder
  record Forward(
      ClusterTarget target,
      Duration timeout,
      @Nullable Duration idleTimeout,
      @Nullable Duration maxStreamDuration,
      @Nullable Duration grpcTimeoutHeaderMax,
      @Nullable RetryPolicy retry,
      @Nullable HedgePolicy hedge,
      @Nullable Rewrite rewrite,
      Priority priority,
      List<UpgradeConfig> upgrades,
      int clusterNotFoundStatus,
      List<Mirror> mirrors,
      RouteBalance balance,
      @Nullable InternalRedirectPolicy redirects,
      Duration grpcTimeoutHeaderOffset,
      @Nullable GrpcTimeout maxGrpcTimeout,
      boolean timesStreams)
      implements RouteAction {
    public Forward {
      timesStreams |= maxStreamDuration != null || grpcTimeoutHeaderMax != null;
      upgrades = List.copyOf(upgrades);
      mirrors = List.copyOf(mirrors);
    }

    /** Where {@code grpc-timeout} counts as it is. */
    public Forward(
        ClusterTarget target,
        Duration timeout,
        @Nullable Duration idleTimeout,
        @Nullable Duration maxStreamDuration,
        @Nullable Duration grpcTimeoutHeaderMax,
        @Nullable RetryPolicy retry,
        @Nullable HedgePolicy hedge,
        @Nullable Rewrite rewrite,
        Priority priority,
        List<UpgradeConfig> upgrades,
        int clusterNotFoundStatus,
        List<Mirror> mirrors,
        RouteBalance balance,
        @Nullable InternalRedirectPolicy redirects) {
      this(
          target,
          timeout,
          idleTimeout,
          maxStreamDuration,
          grpcTimeoutHeaderMax,
          retry,
          hedge,
          rewrite,
          priority,
          upgrades,
          clusterNotFoundStatus,
          mirrors,
          balance,
          redirects,
          Duration.ZERO,
          null,
          false);
    }

    /** To any endpoint, with Envoy's answer where the cluster does not exist. */
    public Forward(
        ClusterTarget target,
        Duration timeout,
        @Nullable Duration idleTimeout,
        @Nullable Duration maxStreamDuration,
        @Nullable Duration grpcTimeoutHeaderMax,
        @Nullable RetryPolicy retry,
        @Nullable Rewrite rewrite,
        Priority priority,
        List<UpgradeConfig> upgrades) {
      this(
          target,
          timeout,
          idleTimeout,
          maxStreamDuration,
          grpcTimeoutHeaderMax,
          retry,
          null,
          rewrite,
          priority,
          upgrades,
          503,
          List.of(),
          RouteBalance.NONE,
          null);
    }

    /** With the manager's upgrades. */
    public Forward(
        ClusterTarget target,
        Duration timeout,
        @Nullable Duration idleTimeout,
        @Nullable Duration maxStreamDuration,
        @Nullable Duration grpcTimeoutHeaderMax,
        @Nullable RetryPolicy retry,
        @Nullable Rewrite rewrite,
        Priority priority) {
      this(
          target,
          timeout,
          idleTimeout,
          maxStreamDuration,
          grpcTimeoutHeaderMax,
          retry,
          rewrite,
          priority,
          List.of());
    }

    /** The same, with this said of the endpoint. */
    public Forward withBalance(RouteBalance changed) {
      return RouteActionForwardBuilder.builder(this).balance(changed).build();
    }

    /** To one cluster with Envoy's defaults. */
    public static Forward to(String cluster) {
      return new Forward(
          new ClusterTarget.Single(cluster),
          Duration.ofSeconds(15),
          null,
          null,
          null,
          null,
          null,
          Priority.DEFAULT);
    }
  }

  /**
   * How long gRPC calls may take, as {@code grpc-timeout} says.
   *
   * @param max at most, and where it says nothing; zero for no bound
   * @param offset taken off what it says where that is more
   */
  record GrpcTimeout(Duration max, Duration offset) {}

  /**
   * Changes to path and host on the way to the cluster; a null part is left alone.
   *
   * @param appendForwardedHost whether {@code x-forwarded-host} gets the host that was replaced
   */
  record Rewrite(
      @Nullable PathRewrite path, @Nullable HostRewrite host, boolean appendForwardedHost) {
    /** Replaces what a prefix match matched, and the authority. */
    public Rewrite(@Nullable String prefix, @Nullable String host) {
      this(
          prefix == null ? null : new PathRewrite.Prefix(prefix),
          host == null ? null : new HostRewrite.Literal(host),
          false);
    }
  }

  /**
   * Answers with a redirect; null parts are kept.
   *
   * @param regexRewrite at most one of this, {@code path} and {@code prefixRewrite} is set
   * @param status 301, 302, 303, 307 or 308
   */
  record Redirect(
      @Nullable String scheme,
      @Nullable String host,
      @Nullable Integer port,
      @Nullable String path,
      @Nullable String prefixRewrite,
      @Nullable RegexRewrite regexRewrite,
      int status,
      boolean stripQuery)
      implements RouteAction {
    /** Without expressions. */
    public Redirect(
        @Nullable String scheme,
        @Nullable String host,
        @Nullable Integer port,
        @Nullable String path,
        @Nullable String prefixRewrite,
        int status,
        boolean stripQuery) {
      this(scheme, host, port, path, prefixRewrite, null, status, stripQuery);
    }
  }

  /** Answers by itself; the status is 200..599. */
  record DirectResponse(int status, String body) implements RouteAction {}

  /** For proxyless gRPC servers: a match, and nothing to forward. */
  record NonForwarding() implements RouteAction {}
}
