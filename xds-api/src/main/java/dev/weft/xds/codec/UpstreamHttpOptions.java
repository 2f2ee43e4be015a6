package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.HttpBounds;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import java.time.Duration;

/**
 * {@code common_http_protocol_options} of a cluster: those of its {@code HttpProtocolOptions}, or,
 * where it has none, its own.
 *
 * @param maxRequestsPerConnection 0 for no limit
 * @param idleTimeout of a pooled connection; zero for none
 */
record UpstreamHttpOptions(int maxRequestsPerConnection, Duration idleTimeout, HttpBounds bounds) {
  private static final Duration DEFAULT_IDLE = Duration.ofHours(1);
  private static final int MOST_KIB = 8192;

  static UpstreamHttpOptions decode(
      HttpProtocolOptions options,
      io.envoyproxy.envoy.config.cluster.v3.Cluster cluster,
      DecodeScope scope) {
    return new UpstreamHttpOptions(
        Wire.limit(
            options.hasMaxRequestsPerConnection()
                ? options.getMaxRequestsPerConnection()
                : cluster.getMaxRequestsPerConnection()),
        options.hasIdleTimeout()
            ? Wire.duration(options.getIdleTimeout(), scope.at("idle_timeout"))
            : DEFAULT_IDLE,
        new HttpBounds(
            Wire.duration(options.getMaxConnectionDuration(), scope.at("max_connection_duration")),
            Wire.duration(options.getMaxStreamDuration(), scope.at("max_stream_duration")),
            options.hasMaxHeadersCount()
                ? Wire.number(
                    options.getMaxHeadersCount().getValue(),
                    1,
                    Integer.MAX_VALUE,
                    scope.at("max_headers_count"))
                : HttpBounds.DEFAULTS.headers(),
            options.hasMaxResponseHeadersKb()
                ? Wire.number(
                    options.getMaxResponseHeadersKb().getValue(),
                    1,
                    MOST_KIB,
                    scope.at("max_response_headers_kb"))
                : HttpBounds.DEFAULTS.headerKib()));
  }

  /** Refuses, as Envoy does, two numbers of requests. */
  static void once(
      HttpProtocolOptions options,
      io.envoyproxy.envoy.config.cluster.v3.Cluster cluster,
      DecodeScope scope) {
    scope
        .at("max_requests_per_connection")
        .require(
            !options.hasMaxRequestsPerConnection() || !cluster.hasMaxRequestsPerConnection(),
            "must not be set where the cluster's own max_requests_per_connection is");
  }

  static HttpProtocolOptions encode(Cluster cluster) {
    HttpBounds bounds = cluster.connections().bounds();
    HttpProtocolOptions.Builder encoded =
        HttpProtocolOptions.newBuilder().setIdleTimeout(Wire.duration(cluster.idleTimeout()));
    if (cluster.maxRequestsPerConnection() > 0) {
      encoded.setMaxRequestsPerConnection(Wire.uint32(cluster.maxRequestsPerConnection()));
    }
    if (bounds.connectionDuration().isPositive()) {
      encoded.setMaxConnectionDuration(Wire.duration(bounds.connectionDuration()));
    }
    if (bounds.streamDuration().isPositive()) {
      encoded.setMaxStreamDuration(Wire.duration(bounds.streamDuration()));
    }
    if (bounds.headers() != HttpBounds.DEFAULTS.headers()) {
      encoded.setMaxHeadersCount(Wire.uint32(bounds.headers()));
    }
    if (bounds.headerKib() != HttpBounds.DEFAULTS.headerKib()) {
      encoded.setMaxResponseHeadersKb(Wire.uint32(bounds.headerKib()));
    }
    return encoded.build();
  }
}
