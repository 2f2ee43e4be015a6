package dev.weft.xds.codec;

import com.google.protobuf.Any;
import dev.weft.xds.model.Cluster.Connections;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.RequestNames;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.ClusterProtocolSelection;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a cluster's endpoints are spoken to: {@code typed_extension_protocol_options}. */
final class UpstreamProtocols {
  private static final String KEY = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

  private UpstreamProtocols() {}

  record Options(
      UpstreamProtocol protocol,
      UpstreamHttpOptions common,
      boolean properCase,
      Http2 http2,
      @Nullable RequestNames names) {}

  /** What is said of HTTP/2. */
  record Http2(int maxConcurrentStreams, @Nullable Http2Keepalive pings) {
    private static final Http2 DEFAULTS =
        new Http2(Connections.DEFAULTS.maxConcurrentStreams(), null);
  }

  @SuppressWarnings("deprecation") // still what short configurations use
  static Options decode(Cluster cluster, DecodeScope scope) {
    Options options = deprecated(cluster, scope);
    if (cluster.getTypedExtensionProtocolOptionsCount() == 0) {
      UpstreamHttpOptions.once(
          cluster.getCommonHttpProtocolOptions(),
          cluster,
          scope.at("common_http_protocol_options"));
    }
    for (Map.Entry<String, Any> entry : cluster.getTypedExtensionProtocolOptionsMap().entrySet()) {
      DecodeScope at = scope.at("typed_extension_protocol_options", entry.getKey());
      if (!entry.getKey().equals(KEY)
          || !Extensions.is(entry.getValue(), HttpProtocolOptions.getDefaultInstance())) {
        at.problem("is not supported: only " + KEY + " is");
        continue;
      }
      HttpProtocolOptions message =
          at.unpack(entry.getValue(), HttpProtocolOptions.getDefaultInstance());
      if (message != null) {
        UpstreamHttpOptions.once(
            message.getCommonHttpProtocolOptions(), cluster, at.at("common_http_protocol_options"));
        options = decode(message, cluster, at);
      }
    }
    return options;
  }

  @SuppressWarnings("deprecation") // still what short configurations use
  private static Options deprecated(Cluster cluster, DecodeScope scope) {
    boolean asCaller =
        cluster.getProtocolSelection() == ClusterProtocolSelection.USE_DOWNSTREAM_PROTOCOL;
    scope
        .at("protocol_selection")
        .require(
            cluster.getProtocolSelection() != ClusterProtocolSelection.UNRECOGNIZED,
            "is not known");
    // As Envoy: one of the two would say nothing.
    scope
        .at("http2_protocol_options")
        .require(
            asCaller || !cluster.hasHttpProtocolOptions() || !cluster.hasHttp2ProtocolOptions(),
            "must not be set beside http_protocol_options unless protocol_selection is"
                + " USE_DOWNSTREAM_PROTOCOL");
    UpstreamProtocol protocol =
        cluster.hasHttp2ProtocolOptions() ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1;
    return new Options(
        asCaller ? UpstreamProtocol.USE_DOWNSTREAM : protocol,
        UpstreamHttpOptions.decode(
            cluster.getCommonHttpProtocolOptions(),
            cluster,
            scope.at("common_http_protocol_options")),
        HeaderKeys.properCase(cluster.getHttpProtocolOptions(), scope.at("http_protocol_options")),
        http2(cluster.getHttp2ProtocolOptions(), scope.at("http2_protocol_options")),
        RequestNamesCodec.decode(
            cluster.getUpstreamHttpProtocolOptions(), scope.at("upstream_http_protocol_options")));
  }

  private static Options decode(HttpProtocolOptions message, Cluster cluster, DecodeScope scope) {
    return new Options(
        protocol(message, scope),
        UpstreamHttpOptions.decode(
            message.getCommonHttpProtocolOptions(),
            cluster,
            scope.at("common_http_protocol_options")),
        properCase(message, scope),
        http2(message, scope),
        RequestNamesCodec.decode(
            message.getUpstreamHttpProtocolOptions(), scope.at("upstream_http_protocol_options")));
  }

  private static boolean properCase(HttpProtocolOptions message, DecodeScope scope) {
    return switch (message.getUpstreamProtocolOptionsCase()) {
      case EXPLICIT_HTTP_CONFIG ->
          HeaderKeys.properCase(
              message.getExplicitHttpConfig().getHttpProtocolOptions(),
              scope.at("explicit_http_config").at("http_protocol_options"));
      case USE_DOWNSTREAM_PROTOCOL_CONFIG ->
          HeaderKeys.properCase(
              message.getUseDownstreamProtocolConfig().getHttpProtocolOptions(),
              scope.at("use_downstream_protocol_config").at("http_protocol_options"));
      case AUTO_CONFIG ->
          HeaderKeys.properCase(
              message.getAutoConfig().getHttpProtocolOptions(),
              scope.at("auto_config").at("http_protocol_options"));
      case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> false;
    };
  }

  private static Http2 http2(HttpProtocolOptions message, DecodeScope scope) {
    return switch (message.getUpstreamProtocolOptionsCase()) {
      case EXPLICIT_HTTP_CONFIG ->
          http2(
              message.getExplicitHttpConfig().getHttp2ProtocolOptions(),
              scope.at("explicit_http_config").at("http2_protocol_options"));
      case USE_DOWNSTREAM_PROTOCOL_CONFIG ->
          http2(
              message.getUseDownstreamProtocolConfig().getHttp2ProtocolOptions(),
              scope.at("use_downstream_protocol_config").at("http2_protocol_options"));
      case AUTO_CONFIG ->
          http2(
              message.getAutoConfig().getHttp2ProtocolOptions(),
              scope.at("auto_config").at("http2_protocol_options"));
      case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> Http2.DEFAULTS;
    };
  }

  private static Http2 http2(Http2ProtocolOptions options, DecodeScope scope) {
    return new Http2(
        options.hasMaxConcurrentStreams()
            ? Wire.number(
                options.getMaxConcurrentStreams().getValue(),
                1,
                Integer.MAX_VALUE,
                scope.at("max_concurrent_streams"))
            : Http2.DEFAULTS.maxConcurrentStreams(),
        Http2Keepalives.decode(options, scope));
  }

  private static UpstreamProtocol protocol(HttpProtocolOptions message, DecodeScope scope) {
    return switch (message.getUpstreamProtocolOptionsCase()) {
      case EXPLICIT_HTTP_CONFIG ->
          switch (message.getExplicitHttpConfig().getProtocolConfigCase()) {
            case HTTP_PROTOCOL_OPTIONS -> UpstreamProtocol.HTTP1;
            case HTTP2_PROTOCOL_OPTIONS -> UpstreamProtocol.HTTP2;
            case HTTP3_PROTOCOL_OPTIONS -> UpstreamProtocol.HTTP1; // refused by the field policy
            case PROTOCOLCONFIG_NOT_SET -> {
              scope
                  .at("explicit_http_config")
                  .problem("must have one of http_protocol_options and http2_protocol_options");
              yield UpstreamProtocol.HTTP1;
            }
          };
      case USE_DOWNSTREAM_PROTOCOL_CONFIG -> UpstreamProtocol.USE_DOWNSTREAM;
      case AUTO_CONFIG -> UpstreamProtocol.AUTO;
      case UPSTREAMPROTOCOLOPTIONS_NOT_SET -> {
        scope.problem(
            "must have one of explicit_http_config, use_downstream_protocol_config and"
                + " auto_config");
        yield UpstreamProtocol.HTTP1;
      }
    };
  }

  static void encode(dev.weft.xds.model.Cluster cluster, Cluster.Builder encoded) {
    HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
    Http1ProtocolOptions.Builder http1 = Http1ProtocolOptions.newBuilder();
    HeaderKeys.encode(cluster.connections().properCase(), http1);
    Http2ProtocolOptions.Builder http2 =
        Http2ProtocolOptions.newBuilder()
            .setMaxConcurrentStreams(Wire.uint32(cluster.connections().maxConcurrentStreams()));
    Http2Keepalives.encode(cluster.connections().pings(), http2);
    switch (cluster.protocol()) {
      case HTTP1 -> options.getExplicitHttpConfigBuilder().setHttpProtocolOptions(http1);
      case HTTP2 -> options.getExplicitHttpConfigBuilder().setHttp2ProtocolOptions(http2);
      case AUTO ->
          options.setAutoConfig(
              AutoHttpConfig.newBuilder()
                  .setHttpProtocolOptions(http1)
                  .setHttp2ProtocolOptions(http2));
      case USE_DOWNSTREAM ->
          options.setUseDownstreamProtocolConfig(
              UseDownstreamHttpConfig.newBuilder()
                  .setHttpProtocolOptions(http1)
                  .setHttp2ProtocolOptions(http2));
    }
    options.setCommonHttpProtocolOptions(UpstreamHttpOptions.encode(cluster));
    if (cluster.connections().names() != null) {
      options.setUpstreamHttpProtocolOptions(
          RequestNamesCodec.encode(cluster.connections().names()));
    }
    encoded.putTypedExtensionProtocolOptions(KEY, Extensions.pack(options.build()));
  }
}
