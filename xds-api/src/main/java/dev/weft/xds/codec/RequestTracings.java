package dev.weft.xds.codec;

import dev.weft.xds.model.Decorator;
import dev.weft.xds.model.RequestTracing;
import dev.weft.xds.model.RouteTracing;
import dev.weft.xds.model.SpanExport;
import dev.weft.xds.model.SpanSettings;
import io.envoyproxy.envoy.config.route.v3.Tracing;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;

/** The messages of {@link RequestTracing}, {@link RouteTracing} and {@link Decorator}. */
final class RequestTracings {
  private static final int DEFAULT_PATH = 256;

  private RequestTracings() {}

  /** A manager's; without a provider there are no spans, and nothing that says what they say. */
  static RequestTracing decode(HttpConnectionManager manager, DecodeScope scope) {
    HttpConnectionManager.Tracing tracing = manager.getTracing();
    SpanExport export =
        tracing.hasProvider()
            ? SpanExports.decode(tracing.getProvider(), scope.at("provider"))
            : null;
    return new RequestTracing(
        TraceSamplings.decode(tracing, scope),
        export == null
            ? null
            : new SpanSettings(
                export,
                CustomTags.decode(tracing.getCustomTagsList(), scope),
                tracing.getVerbose(),
                tracing.hasMaxPathTagLength()
                    ? Wire.limit(tracing.getMaxPathTagLength())
                    : DEFAULT_PATH,
                tracing.getSpawnUpstreamSpan().getValue()
                    || HttpFilters.router(manager.getHttpFiltersList()).getStartChildSpan()));
  }

  static RouteTracing decode(Tracing tracing, DecodeScope scope) {
    return new RouteTracing(
        TraceSamplings.decode(tracing, scope),
        CustomTags.decode(tracing.getCustomTagsList(), scope));
  }

  static Decorator decode(
      io.envoyproxy.envoy.config.route.v3.Decorator decorator, DecodeScope scope) {
    return new Decorator(
        Wire.text(decorator.getOperation(), scope.at("operation")),
        !decorator.hasPropagate() || decorator.getPropagate().getValue());
  }

  static HttpConnectionManager.Tracing encode(RequestTracing tracing) {
    HttpConnectionManager.Tracing.Builder encoded = TraceSamplings.ofManager(tracing.sampling());
    SpanSettings spans = tracing.spans();
    if (spans != null) {
      encoded
          .setProvider(SpanExports.encode(spans.export()))
          .addAllCustomTags(CustomTags.encode(spans.tags()))
          .setVerbose(spans.verbose())
          .setMaxPathTagLength(Wire.uint32(spans.maxPathLength()))
          .setSpawnUpstreamSpan(Wire.bool(spans.ofTries()));
    }
    return encoded.build();
  }

  static Tracing encode(RouteTracing tracing) {
    return TraceSamplings.ofRoute(tracing.sampling())
        .addAllCustomTags(CustomTags.encode(tracing.tags()))
        .build();
  }

  static io.envoyproxy.envoy.config.route.v3.Decorator encode(Decorator decorator) {
    return io.envoyproxy.envoy.config.route.v3.Decorator.newBuilder()
        .setOperation(decorator.operation())
        .setPropagate(Wire.bool(decorator.propagate()))
        .build();
  }
}
