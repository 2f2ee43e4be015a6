package dev.weft.xds.codec;

import com.google.protobuf.Any;
import dev.weft.xds.model.SpanExport;
import dev.weft.xds.model.SpanExport.Environment;
import dev.weft.xds.model.SpanExport.Fixed;
import dev.weft.xds.model.SpanExport.Grpc;
import dev.weft.xds.model.SpanExport.Header;
import dev.weft.xds.model.SpanExport.Http;
import dev.weft.xds.model.SpanExport.Protocol;
import dev.weft.xds.model.SpanExport.Resource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HttpService;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.Tracing;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The messages of {@link SpanExport}. */
final class SpanExports {
  /** Where Envoy looks for how spans are put together. */
  private static final String BATCH = "tracing.opentelemetry.min_flush_spans";

  private static final String INTERVAL = "tracing.opentelemetry.flush_interval_ms";
  private static final int DEFAULT_BATCH = 5;
  private static final long DEFAULT_INTERVAL_MS = 5000;
  private static final long DAY_MS = 86_400_000;
  private static final int MOST = 512;

  private SpanExports() {}

  /** Decodes a provider; null with a problem. */
  static @Nullable SpanExport decode(Tracing.Http provider, DecodeScope scope) {
    DecodeScope at = scope.at("typed_config");
    Any config = provider.getTypedConfig();
    if (!Extensions.is(config, OpenTelemetryConfig.getDefaultInstance())) {
      at.problem(
          "is a \"" + DecodeScope.typeName(config) + "\": only OpenTelemetryConfig is supported");
      return null;
    }
    OpenTelemetryConfig message = at.unpack(config, OpenTelemetryConfig.getDefaultInstance());
    return message == null ? null : decode(message, at);
  }

  private static SpanExport decode(OpenTelemetryConfig config, DecodeScope scope) {
    boolean grpc = config.hasGrpcService();
    scope.require(
        grpc != config.hasHttpService(), "must have one of grpc_service and http_service");
    DecodeScope at = scope.at(grpc ? "grpc_service" : "http_service");
    GrpcService call = config.getGrpcService();
    HttpService post = config.getHttpService();
    at.at("envoy_grpc")
        .at("retry_policy")
        .require(!call.getEnvoyGrpc().hasRetryPolicy(), "is not supported here");
    String cluster = grpc ? call.getEnvoyGrpc().getClusterName() : post.getHttpUri().getCluster();
    return new SpanExport(
        Wire.text(
            cluster,
            grpc ? at.at("envoy_grpc").at("cluster_name") : at.at("http_uri").at("cluster")),
        grpc ? new Grpc(call.getEnvoyGrpc().getAuthority()) : http(post, at.at("http_uri")),
        grpc
            ? Wire.duration(call.getTimeout(), at.at("timeout"))
            : Wire.duration(post.getHttpUri().getTimeout(), at.at("http_uri").at("timeout")),
        grpc ? headers(call, at) : headers(post, at),
        config.getServiceName(),
        resources(config, scope),
        (int) Math.clamp(scope.runtime().integer(BATCH, DEFAULT_BATCH), 1, MOST),
        Duration.ofMillis(
            Math.clamp(scope.runtime().integer(INTERVAL, DEFAULT_INTERVAL_MS), 1, DAY_MS)));
  }

  private static Protocol http(HttpService post, DecodeScope scope) {
    DecodeScope at = scope.at("uri");
    String text = post.getHttpUri().getUri();
    try {
      URI uri = new URI(text);
      String path = uri.getRawPath();
      if (at.require(uri.getRawAuthority() != null, "must be an absolute URI of http or https")) {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new Http(uri.getRawAuthority(), (path.isEmpty() ? "/" : path) + query);
      }
    } catch (URISyntaxException e) {
      at.problem("is not a URI: " + e.getMessage());
    }
    return new Http("", "/");
  }

  private static List<Header> headers(GrpcService call, DecodeScope scope) {
    List<Header> headers = new ArrayList<>();
    for (int i = 0; i < call.getInitialMetadataCount(); i++) {
      headers.add(header(call.getInitialMetadata(i), scope.at("initial_metadata", i)));
    }
    return headers;
  }

  private static List<Header> headers(HttpService post, DecodeScope scope) {
    List<Header> headers = new ArrayList<>();
    for (int i = 0; i < post.getRequestHeadersToAddCount(); i++) {
      HeaderValueOption option = post.getRequestHeadersToAdd(i);
      DecodeScope at = scope.at("request_headers_to_add", i);
      at.at("append_action")
          .require(
              option.getAppendAction()
                  == HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD,
              "is not supported here; leave it out");
      headers.add(header(option.getHeader(), at.at("header")));
    }
    return headers;
  }

  private static Header header(HeaderValue header, DecodeScope scope) {
    String value = header.getValue();
    scope.at("value").require(HeaderNames.isValue(value), "has a line end or a NUL");
    scope
        .at("value")
        .require(value.indexOf('%') < 0, "must be as it is: commands are not supported here");
    return new Header(HeaderNames.changed(header.getKey(), scope.at("key")), value);
  }

  private static List<Resource> resources(OpenTelemetryConfig config, DecodeScope scope) {
    List<Resource> resources = new ArrayList<>();
    for (int i = 0; i < config.getResourceDetectorsCount(); i++) {
      DecodeScope at = scope.at("resource_detectors", i).at("typed_config");
      Any detector = config.getResourceDetectors(i).getTypedConfig();
      if (Extensions.is(detector, EnvironmentResourceDetectorConfig.getDefaultInstance())) {
        resources.add(new Environment());
      } else if (Extensions.is(detector, StaticConfigResourceDetectorConfig.getDefaultInstance())) {
        StaticConfigResourceDetectorConfig fixed =
            at.unpack(detector, StaticConfigResourceDetectorConfig.getDefaultInstance());
        resources.add(new Fixed(fixed == null ? Map.of() : fixed.getAttributesMap()));
      } else {
        at.problem("is a \"" + DecodeScope.typeName(detector) + "\", which is not supported");
      }
    }
    return resources;
  }

  static Tracing.Http encode(SpanExport export) {
    OpenTelemetryConfig.Builder config =
        OpenTelemetryConfig.newBuilder().setServiceName(export.serviceName());
    switch (export.protocol()) {
      case Grpc(String authority) -> {
        GrpcService.Builder call = config.getGrpcServiceBuilder();
        call.getEnvoyGrpcBuilder().setClusterName(export.cluster()).setAuthority(authority);
        call.setTimeout(Wire.duration(export.timeout()));
        export.headers().forEach(header -> call.addInitialMetadata(encode(header)));
      }
      case Http(String host, String path) -> {
        HttpService.Builder post = config.getHttpServiceBuilder();
        post.getHttpUriBuilder()
            .setUri("http://" + host + path)
            .setCluster(export.cluster())
            .setTimeout(Wire.duration(export.timeout()));
        export
            .headers()
            .forEach(header -> post.addRequestHeadersToAddBuilder().setHeader(encode(header)));
      }
    }
    for (Resource resource : export.resource()) {
      config.addResourceDetectors(
          switch (resource) {
            case Environment() ->
                TypedExtensionConfig.newBuilder()
                    .setName("environment")
                    .setTypedConfig(
                        Extensions.pack(EnvironmentResourceDetectorConfig.getDefaultInstance()));
            case Fixed fixed ->
                TypedExtensionConfig.newBuilder()
                    .setName("static")
                    .setTypedConfig(
                        Extensions.pack(
                            StaticConfigResourceDetectorConfig.newBuilder()
                                .putAllAttributes(fixed.attributes())
                                .build()));
          });
    }
    return Tracing.Http.newBuilder()
        .setName("envoy.tracers.opentelemetry")
        .setTypedConfig(Extensions.pack(config.build()))
        .build();
  }

  private static HeaderValue encode(Header header) {
    return HeaderValue.newBuilder().setKey(header.name()).setValue(header.value()).build();
  }
}
