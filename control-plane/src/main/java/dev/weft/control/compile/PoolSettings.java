package dev.weft.control.compile;

import dev.weft.control.resource.ConnectionPoolPolicy;
import dev.weft.control.resource.ConnectionPoolPolicy.Keepalive;
import dev.weft.xds.model.Cluster.Connections;
import dev.weft.xds.model.Cluster.HappyEyeballs;
import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.TcpKeepalive;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How connections to the instances of a port are made and kept.
 *
 * @param maxRequests of one connection; 0 for no limit
 */
record PoolSettings(int maxRequests, Duration idle, Connections connections) {
  /** Shorter than the hour an inbound listener keeps an idle connection: the caller hangs up. */
  private static final Duration IDLE = Duration.ofMinutes(5);

  /** A lost segment is no reason to give a connection up. */
  private static final int TCP_PROBES = 3;

  /** So that connections of one moment do not ask at one moment; Envoy's. */
  private static final double JITTER_PERCENT = 15;

  private static final PoolSettings DEFAULT = new PoolSettings(0, IDLE, Connections.DEFAULTS);

  /**
   * What a policy says.
   *
   * @param http2 whether instances are spoken to in HTTP/2, whose PINGs the peer itself answers
   */
  static PoolSettings of(boolean http2, @Nullable ConnectionPoolPolicy policy) {
    if (policy == null) {
      return DEFAULT;
    }
    Integer requests = policy.maxRequestsPerConnection();
    Duration idle = policy.idle();
    Double ratio = policy.preconnectRatio();
    Keepalive probes = policy.keepalive();
    return new PoolSettings(
        requests == null ? 0 : requests,
        idle == null ? IDLE : idle,
        new Connections(
            ratio == null ? Connections.DEFAULTS.preconnectRatio() : ratio,
            Connections.DEFAULTS.maxConcurrentStreams(),
            probes == null || http2 ? null : tcp(probes),
            probes == null || !http2
                ? null
                : new Http2Keepalive(
                    probes.interval(), probes.timeout(), JITTER_PERCENT, Duration.ZERO),
            HappyEyeballs.DEFAULT));
  }

  /** In whole seconds, which is what systems count; never sooner than was asked for. */
  private static TcpKeepalive tcp(Keepalive probes) {
    int between = Math.max(1, Math.ceilDiv(seconds(probes.timeout()), TCP_PROBES));
    return new TcpKeepalive(TCP_PROBES, seconds(probes.interval()), between);
  }

  private static int seconds(Duration duration) {
    return Math.toIntExact(duration.plusSeconds(1).minusNanos(1).toSeconds());
  }
}
