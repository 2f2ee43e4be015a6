package dev.weft.xds.model;

import dev.weft.xds.model.HeaderMutations.HeaderValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the endpoints of a cluster are asked whether they are well ({@code
 * envoy.config.core.v3.HealthCheck}).
 *
 * @param timeout of one check, greater than zero
 * @param unhealthyThreshold failures in a row that take an endpoint out, where one does not do
 * @param healthyThreshold successes in a row that bring it back; the first check ever needs one
 * @param reuseConnection whether the next check goes over the same connection
 * @param alpn protocols that checks offer over TLS; empty for those of the cluster
 * @param uncountedUntilChecked whether new endpoints do not count for panic and priorities before
 *     they were checked ({@code common_lb_config.ignore_new_hosts_until_first_hc})
 * @param goneAtOnce whether endpoints that discovery does not list any more go although checks
 *     still find them well ({@code ignore_health_on_host_removal})
 * @param log where events are written; null for nowhere
 * @param transport what the match of {@code transport_socket_matches} asks for that checks are
 *     spoken by; null where an endpoint's checks are spoken as its requests are
 */
public record HealthCheck(
    Duration timeout,
    Intervals intervals,
    int unhealthyThreshold,
    int healthyThreshold,
    boolean reuseConnection,
    List<String> alpn,
    boolean uncountedUntilChecked,
    boolean goneAtOnce,
    Probe probe,
    @Nullable EventLog log,
    @Nullable Map<String, MetadataValue> transport) {
  public HealthCheck {
    alpn = List.copyOf(alpn);
    transport = transport == null ? null : Map.copyOf(transport);
  }

  /** Spoken as requests are. */
  public HealthCheck(
      Duration timeout,
      Intervals intervals,
      int unhealthyThreshold,
      int healthyThreshold,
      boolean reuseConnection,
      List<String> alpn,
      boolean uncountedUntilChecked,
      boolean goneAtOnce,
      Probe probe,
      @Nullable EventLog log) {
    this(
        timeout,
        intervals,
        unhealthyThreshold,
        healthyThreshold,
        reuseConnection,
        alpn,
        uncountedUntilChecked,
        goneAtOnce,
        probe,
        log,
        null);
  }

  /** Without a log. */
  public HealthCheck(
      Duration timeout,
      Intervals intervals,
      int unhealthyThreshold,
      int healthyThreshold,
      boolean reuseConnection,
      List<String> alpn,
      boolean uncountedUntilChecked,
      boolean goneAtOnce,
      Probe probe) {
    this(
        timeout,
        intervals,
        unhealthyThreshold,
        healthyThreshold,
        reuseConnection,
        alpn,
        uncountedUntilChecked,
        goneAtOnce,
        probe,
        null);
  }

  /**
   * Where endpoints' changes are written, and first failures.
   *
   * @param files one or more; each gets every line
   * @param allFailures whether each failed check is an event
   * @param allSuccesses whether each check that succeeds is one
   */
  public record EventLog(List<String> files, boolean allFailures, boolean allSuccesses) {
    public EventLog {
      files = List.copyOf(files);
    }
  }

  /**
   * The pauses between checks, each counted from the end of one to the beginning of the next; all
   * but the jitters are greater than zero.
   *
   * @param interval where nothing else says more
   * @param initialJitter up to so long before the first
   * @param jitter up to so much more each time
   * @param jitterPercent of the pause, up to so much more each time
   * @param noTraffic after a failure, or before a threshold is reached, as long as the cluster
   *     never had a connection
   * @param noTrafficHealthy after a success, as long as the cluster never had a connection
   * @param unhealthy after a failure of an endpoint that is out
   * @param unhealthyEdge after a failure that did not take the endpoint out
   * @param healthyEdge after a success that did not bring the endpoint back
   */
  public record Intervals(
      Duration interval,
      Duration initialJitter,
      Duration jitter,
      int jitterPercent,
      Duration noTraffic,
      Duration noTrafficHealthy,
      Duration unhealthy,
      Duration unhealthyEdge,
      Duration healthyEdge) {}

  /** What an endpoint is asked, and what it must answer. */
  public sealed interface Probe {}

  /** Statuses from the first, up to but without the last. */
  public record Statuses(int first, int end) {
    /** Whether it is one of them. */
    public boolean has(int status) {
      return first <= status && status < end;
    }
  }

  /**
   * A request.
   *
   * @param host empty for the name of the cluster
   * @param add to its headers; values are texts without operators
   * @param remove from its headers
   * @param send the body in hexadecimal digits; empty for none
   * @param receive hexadecimal digits that the body must have, in this order; empty for anything
   * @param bufferBytes so much of the body is looked at, from its beginning
   * @param expected statuses of success; never empty
   * @param retriable statuses of failures that count towards the threshold; all others take the
   *     endpoint out at once
   * @param http2 whether it is spoken
   * @param serviceName what the answer must say whom it comes from; null for anything
   */
  public record Http(
      String method,
      String host,
      String path,
      List<HeaderValue> add,
      List<String> remove,
      String send,
      List<String> receive,
      int bufferBytes,
      List<Statuses> expected,
      List<Statuses> retriable,
      boolean http2,
      @Nullable StringMatch serviceName)
      implements Probe {
    public Http {
      add = List.copyOf(add);
      remove = List.copyOf(remove);
      receive = List.copyOf(receive);
      expected = List.copyOf(expected);
      retriable = List.copyOf(retriable);
    }
  }

  /**
   * A call of {@code grpc.health.v1.Health/Check}.
   *
   * @param serviceName whose health is asked for; empty for the server's
   * @param authority empty for the name of the cluster
   * @param metadata values are texts without operators
   */
  public record Grpc(String serviceName, String authority, List<HeaderValue> metadata)
      implements Probe {
    public Grpc {
      metadata = List.copyOf(metadata);
    }
  }

  /**
   * A connection.
   *
   * @param send hexadecimal digits; empty for nothing
   * @param receive hexadecimal digits that must come, in this order; empty where a connection is
   *     enough
   */
  public record Tcp(String send, List<String> receive) implements Probe {
    public Tcp {
      receive = List.copyOf(receive);
    }
  }
}
