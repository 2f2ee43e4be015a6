package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;
import dev.weft.xds.model.Http1Settings;
import dev.weft.xds.model.HttpConnectionManager.ClientCertDetail;
import dev.weft.xds.model.HttpConnectionManager.CodecType;
import dev.weft.xds.model.HttpConnectionManager.Counted;
import dev.weft.xds.model.HttpConnectionManager.EscapedSlashes;
import dev.weft.xds.model.HttpConnectionManager.ForwardClientCert;
import dev.weft.xds.model.HttpConnectionManager.Inline;
import dev.weft.xds.model.HttpConnectionManager.Rds;
import dev.weft.xds.model.HttpConnectionManager.RouteSource;
import dev.weft.xds.model.HttpConnectionManager.Scoped;
import dev.weft.xds.model.HttpConnectionManager.UnderscoreHeaders;
import dev.weft.xds.model.LocalReplyConfig;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The message of {@link dev.weft.xds.model.HttpConnectionManager}. */
final class ConnectionManagers {
  private static final Duration DEFAULT_STREAM_IDLE = Duration.ofMinutes(5);
  private static final Duration DEFAULT_IDLE = Duration.ofHours(1);
  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(5);
  private static final Duration DEFAULT_DELAYED_CLOSE = Duration.ofSeconds(1);
  private static final int DEFAULT_STREAMS = 1024;
  private static final int DEFAULT_HEADERS_KB = 60;
  private static final int MAX_HEADERS_KB = 8192;
  private static final int DEFAULT_HEADERS = 100;

  private final HttpFilters filters;

  ConnectionManagers(HttpFilters filters) {
    this.filters = filters;
  }

  static boolean is(Any config) {
    return Extensions.is(config, HttpConnectionManager.getDefaultInstance());
  }

  /** Unpacks and decodes a manager; null if it is not one, which is noted as a problem. */
  dev.weft.xds.model.@Nullable HttpConnectionManager decode(Any config, DecodeScope scope) {
    if (!is(config)) {
      scope.problem(
          "is a \"" + DecodeScope.typeName(config) + "\", must be an HttpConnectionManager");
      return null;
    }
    HttpConnectionManager manager =
        scope.unpack(config, HttpConnectionManager.getDefaultInstance());
    return manager == null ? null : decode(manager, scope);
  }

  private dev.weft.xds.model.HttpConnectionManager decode(
      HttpConnectionManager manager, DecodeScope scope) {
    HttpProtocolOptions common = manager.getCommonHttpProtocolOptions();
    DecodeScope commonScope = scope.at("common_http_protocol_options");
    Http2ProtocolOptions http2 = manager.getHttp2ProtocolOptions();
    return new dev.weft.xds.model.HttpConnectionManager(
        manager.getStatPrefix(),
        codec(manager, scope.at("codec_type")),
        routes(manager, scope),
        filters.decode(manager.getHttpFiltersList(), scope),
        Wire.duration(manager.getRequestTimeout(), scope.at("request_timeout")),
        Wire.duration(manager.getRequestHeadersTimeout(), scope.at("request_headers_timeout")),
        manager.hasStreamIdleTimeout()
            ? Wire.duration(manager.getStreamIdleTimeout(), scope.at("stream_idle_timeout"))
            : DEFAULT_STREAM_IDLE,
        common.hasIdleTimeout()
            ? Wire.duration(common.getIdleTimeout(), commonScope.at("idle_timeout"))
            : DEFAULT_IDLE,
        manager.hasDrainTimeout()
            ? Wire.duration(manager.getDrainTimeout(), scope.at("drain_timeout"))
            : DEFAULT_DRAIN,
        manager.hasDelayedCloseTimeout()
            ? Wire.duration(manager.getDelayedCloseTimeout(), scope.at("delayed_close_timeout"))
            : DEFAULT_DELAYED_CLOSE,
        Wire.duration(common.getMaxConnectionDuration(), commonScope.at("max_connection_duration")),
        Wire.limit(common.getMaxRequestsPerConnection()),
        number(
            http2.hasMaxConcurrentStreams(),
            http2.getMaxConcurrentStreams(),
            DEFAULT_STREAMS,
            Integer.MAX_VALUE,
            scope.at("http2_protocol_options").at("max_concurrent_streams")),
        number(
            manager.hasMaxRequestHeadersKb(),
            manager.getMaxRequestHeadersKb(),
            DEFAULT_HEADERS_KB,
            MAX_HEADERS_KB,
            scope.at("max_request_headers_kb")),
        number(
            common.hasMaxHeadersCount(),
            common.getMaxHeadersCount(),
            DEFAULT_HEADERS,
            Integer.MAX_VALUE,
            commonScope.at("max_headers_count")),
        manager.getUseRemoteAddress().getValue(),
        Wire.number(
            manager.getXffNumTrustedHops(), 0, Integer.MAX_VALUE, scope.at("xff_num_trusted_hops")),
        clientCert(manager, scope.at("forward_client_cert_details")),
        clientCertDetails(manager.getSetCurrentClientCertDetails()),
        manager.getNormalizePath().getValue(),
        manager.getMergeSlashes(),
        !manager.hasGenerateRequestId() || manager.getGenerateRequestId().getValue(),
        Upgrades.ofManager(manager.getUpgradeConfigsList(), scope),
        http2.getAllowConnect(),
        escapedSlashes(manager, scope.at("path_with_escaped_slashes_action")),
        underscores(common, commonScope.at("headers_with_underscores_action")),
        HeaderPolicies.decode(manager, scope),
        manager.hasLocalReplyConfig()
            ? LocalReplies.decode(manager.getLocalReplyConfig(), scope.at("local_reply_config"))
            : LocalReplyConfig.NONE,
        AccessLogs.decode(manager.getAccessLogList(), scope),
        http1(manager.getHttpProtocolOptions(), scope.at("http_protocol_options")),
        Wire.duration(common.getMaxStreamDuration(), commonScope.at("max_stream_duration")),
        Http2Keepalives.decode(http2, scope.at("http2_protocol_options")),
        InternalRanges.decode(manager, scope),
        manager.hasTracing() ? RequestTracings.decode(manager, scope.at("tracing")) : null,
        counted(HttpFilters.router(manager.getHttpFiltersList())));
  }

  private static Counted counted(Router router) {
    if (router.hasDynamicStats() && !router.getDynamicStats().getValue()) {
      return Counted.NOTHING;
    }
    return router.getSuppressGrpcRequestFailureCodeStats() ? Counted.NO_CODES_OF_GRPC : Counted.ALL;
  }

  private static Http1Settings http1(Http1ProtocolOptions options, DecodeScope scope) {
    String host = options.getDefaultHostForHttp10();
    scope
        .at("default_host_for_http_10")
        .require(HeaderNames.isValue(host), "has a line end or a NUL, which no header can carry");
    return new Http1Settings(
        options.getAcceptHttp10(),
        host,
        options.getAllowCustomMethods(),
        HeaderKeys.properCase(options, scope));
  }

  private static EscapedSlashes escapedSlashes(HttpConnectionManager manager, DecodeScope scope) {
    return switch (manager.getPathWithEscapedSlashesAction()) {
      // Envoy's own choice without a runtime override.
      case IMPLEMENTATION_SPECIFIC_DEFAULT, KEEP_UNCHANGED -> EscapedSlashes.KEEP_UNCHANGED;
      case REJECT_REQUEST -> EscapedSlashes.REJECT_REQUEST;
      case UNESCAPE_AND_REDIRECT -> EscapedSlashes.UNESCAPE_AND_REDIRECT;
      case UNESCAPE_AND_FORWARD -> EscapedSlashes.UNESCAPE_AND_FORWARD;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield EscapedSlashes.REJECT_REQUEST;
      }
    };
  }

  private static UnderscoreHeaders underscores(HttpProtocolOptions common, DecodeScope scope) {
    return switch (common.getHeadersWithUnderscoresAction()) {
      case ALLOW -> UnderscoreHeaders.ALLOW;
      case REJECT_REQUEST -> UnderscoreHeaders.REJECT_REQUEST;
      case DROP_HEADER -> UnderscoreHeaders.DROP_HEADER;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield UnderscoreHeaders.REJECT_REQUEST;
      }
    };
  }

  private static int number(
      boolean set, UInt32Value value, int otherwise, int max, DecodeScope scope) {
    return set ? Wire.number(value.getValue(), 1, max, scope) : otherwise;
  }

  private static CodecType codec(HttpConnectionManager manager, DecodeScope scope) {
    return switch (manager.getCodecType()) {
      case AUTO -> CodecType.AUTO;
      case HTTP1 -> CodecType.HTTP1;
      case HTTP2 -> CodecType.HTTP2;
      case HTTP3, UNRECOGNIZED -> {
        scope.problem("is not supported: only AUTO, HTTP1 and HTTP2 are");
        yield CodecType.AUTO;
      }
    };
  }

  private static RouteSource routes(HttpConnectionManager manager, DecodeScope scope) {
    return switch (manager.getRouteSpecifierCase()) {
      case RDS -> {
        DecodeScope at = scope.at("rds");
        String name = Wire.text(manager.getRds().getRouteConfigName(), at.at("route_config_name"));
        Wire.configSource(
            manager.getRds().getConfigSource(), XdsType.ROUTE, name, at.at("config_source"));
        yield new Rds(name);
      }
      case ROUTE_CONFIG ->
          new Inline(RouteConfigCodec.convert(manager.getRouteConfig(), scope.at("route_config")));
      case SCOPED_ROUTES ->
          ScopedRouteSources.decode(manager.getScopedRoutes(), scope.at("scoped_routes"));
      case ROUTESPECIFIER_NOT_SET -> {
        scope.problem("must have one of rds, route_config and scoped_routes");
        yield new Rds("");
      }
    };
  }

  private static ForwardClientCert clientCert(HttpConnectionManager manager, DecodeScope scope) {
    return switch (manager.getForwardClientCertDetails()) {
      case SANITIZE -> ForwardClientCert.SANITIZE;
      case FORWARD_ONLY -> ForwardClientCert.FORWARD_ONLY;
      case APPEND_FORWARD -> ForwardClientCert.APPEND_FORWARD;
      case SANITIZE_SET -> ForwardClientCert.SANITIZE_SET;
      case ALWAYS_FORWARD_ONLY -> ForwardClientCert.ALWAYS_FORWARD_ONLY;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield ForwardClientCert.SANITIZE;
      }
    };
  }

  private static Set<ClientCertDetail> clientCertDetails(SetCurrentClientCertDetails set) {
    Set<ClientCertDetail> details = EnumSet.noneOf(ClientCertDetail.class);
    if (set.getSubject().getValue()) {
      details.add(ClientCertDetail.SUBJECT);
    }
    if (set.getCert()) {
      details.add(ClientCertDetail.CERT);
    }
    if (set.getChain()) {
      details.add(ClientCertDetail.CHAIN);
    }
    if (set.getDns()) {
      details.add(ClientCertDetail.DNS);
    }
    if (set.getUri()) {
      details.add(ClientCertDetail.URI);
    }
    return details;
  }

  private static SetCurrentClientCertDetails encode(Set<ClientCertDetail> details) {
    return SetCurrentClientCertDetails.newBuilder()
        .setSubject(Wire.bool(details.contains(ClientCertDetail.SUBJECT)))
        .setCert(details.contains(ClientCertDetail.CERT))
        .setChain(details.contains(ClientCertDetail.CHAIN))
        .setDns(details.contains(ClientCertDetail.DNS))
        .setUri(details.contains(ClientCertDetail.URI))
        .build();
  }

  HttpConnectionManager encode(dev.weft.xds.model.HttpConnectionManager manager) {
    HttpConnectionManager.Builder encoded =
        HttpConnectionManager.newBuilder()
            .setStatPrefix(manager.statPrefix())
            .setCodecType(HttpConnectionManager.CodecType.valueOf(manager.codec().name()))
            .addAllHttpFilters(filters.encode(manager.filters(), router(manager)))
            .setRequestTimeout(Wire.duration(manager.requestTimeout()))
            .setRequestHeadersTimeout(Wire.duration(manager.requestHeadersTimeout()))
            .setStreamIdleTimeout(Wire.duration(manager.streamIdleTimeout()))
            .setDrainTimeout(Wire.duration(manager.drainTimeout()))
            .setDelayedCloseTimeout(Wire.duration(manager.delayedCloseTimeout()))
            .setHttp2ProtocolOptions(
                Http2ProtocolOptions.newBuilder()
                    .setMaxConcurrentStreams(Wire.uint32(manager.maxConcurrentStreams()))
                    .setAllowConnect(manager.allowConnect()))
            .addAllAccessLog(AccessLogs.encode(manager.accessLogs()))
            .addAllUpgradeConfigs(Upgrades.toManager(manager.upgrades()))
            .setMaxRequestHeadersKb(Wire.uint32(manager.maxRequestHeadersKb()))
            .setUseRemoteAddress(Wire.bool(manager.useRemoteAddress()))
            .setXffNumTrustedHops(manager.xffNumTrustedHops())
            .setForwardClientCertDetails(
                ForwardClientCertDetails.valueOf(manager.forwardClientCert().name()))
            .setNormalizePath(Wire.bool(manager.normalizePath()))
            .setMergeSlashes(manager.mergeSlashes())
            .setPathWithEscapedSlashesAction(
                PathWithEscapedSlashesAction.valueOf(manager.escapedSlashes().name()))
            .setGenerateRequestId(Wire.bool(manager.generateRequestId()))
            .setCommonHttpProtocolOptions(common(manager));
    if (!manager.clientCertDetails().isEmpty()) {
      encoded.setSetCurrentClientCertDetails(encode(manager.clientCertDetails()));
    }
    Http2Keepalives.encode(manager.pings(), encoded.getHttp2ProtocolOptionsBuilder());
    HeaderPolicies.encode(manager.headerPolicy(), encoded);
    if (!manager.http1().equals(Http1Settings.DEFAULT)) {
      HeaderKeys.encode(
          manager.http1().properCase(),
          encoded
              .getHttpProtocolOptionsBuilder()
              .setAcceptHttp10(manager.http1().acceptHttp10())
              .setDefaultHostForHttp10(manager.http1().defaultHost())
              .setAllowCustomMethods(manager.http1().customMethods()));
    }
    if (!manager.localReplies().equals(LocalReplyConfig.NONE)) {
      encoded.setLocalReplyConfig(LocalReplies.encode(manager.localReplies()));
    }
    InternalRanges.encode(manager.internalRanges(), encoded);
    if (manager.tracing() != null) {
      encoded.setTracing(RequestTracings.encode(manager.tracing()));
    }
    switch (manager.routes()) {
      case Rds(String name) ->
          encoded.getRdsBuilder().setRouteConfigName(name).setConfigSource(Wire.ADS);
      case Inline inline -> encoded.setRouteConfig(RouteConfigCodec.message(inline.routeConfig()));
      case Scoped scoped -> encoded.setScopedRoutes(ScopedRouteSources.encode(scoped));
    }
    return encoded.build();
  }

  private static Router router(dev.weft.xds.model.HttpConnectionManager manager) {
    Router.Builder router =
        Router.newBuilder()
            .setSuppressEnvoyHeaders(!manager.headerPolicy().envoyHeaders())
            .setSuppressGrpcRequestFailureCodeStats(manager.counted() == Counted.NO_CODES_OF_GRPC);
    if (manager.counted() == Counted.NOTHING) {
      router.setDynamicStats(BoolValue.of(false));
    }
    return router.build();
  }

  private static HttpProtocolOptions common(dev.weft.xds.model.HttpConnectionManager manager) {
    HttpProtocolOptions.Builder common =
        HttpProtocolOptions.newBuilder()
            .setIdleTimeout(Wire.duration(manager.idleTimeout()))
            .setMaxHeadersCount(Wire.uint32(manager.maxRequestHeadersCount()))
            .setHeadersWithUnderscoresAction(
                HeadersWithUnderscoresAction.valueOf(manager.underscoreHeaders().name()));
    // these must be left out where there is no limit
    if (!manager.maxStreamDuration().isZero()) {
      common.setMaxStreamDuration(Wire.duration(manager.maxStreamDuration()));
    }
    if (!manager.maxConnectionDuration().isZero()) {
      common.setMaxConnectionDuration(Wire.duration(manager.maxConnectionDuration()));
    }
    if (manager.maxRequestsPerConnection() > 0) {
      common.setMaxRequestsPerConnection(Wire.uint32(manager.maxRequestsPerConnection()));
    }
    return common.build();
  }
}
