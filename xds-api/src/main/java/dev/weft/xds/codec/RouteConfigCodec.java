package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.route.v3.RouteConfiguration}, by RDS or in a listener. */
final class RouteConfigCodec implements ResourceCodec<RouteConfiguration, RouteConfig> {
  /** Envoy's default for the body of a direct response. */
  private static final int DEFAULT_MAX_BODY = 4096;

  private final FieldPolicy policy;

  RouteConfigCodec(FieldPolicy policy) {
    this.policy = policy;
  }

  @Override
  public XdsType type() {
    return XdsType.ROUTE;
  }

  @Override
  public RouteConfiguration prototype() {
    return RouteConfiguration.getDefaultInstance();
  }

  @Override
  public Decoded<RouteConfig> decode(RouteConfiguration message) {
    return DecodeScope.decode(
        policy,
        message,
        (config, scope) -> {
          Wire.text(config.getName(), scope.at("name"));
          return convert(config, scope);
        });
  }

  /** Decodes a configuration whose fields have been checked; its name may be empty. */
  static RouteConfig convert(RouteConfiguration config, DecodeScope scope) {
    int maxBody =
        config.hasMaxDirectResponseBodySizeBytes()
            ? Wire.limit(config.getMaxDirectResponseBodySizeBytes())
            : DEFAULT_MAX_BODY;
    return new RouteConfig(
        config.getName(),
        VirtualHosts.decode(config.getVirtualHostsList(), maxBody, scope),
        HeaderMutationsCodec.decode(
            config.getRequestHeadersToAddList(),
            config.getRequestHeadersToRemoveList(),
            config.getResponseHeadersToAddList(),
            config.getResponseHeadersToRemoveList(),
            scope),
        internalOnly(config, scope),
        config.getMostSpecificHeaderMutationsWins(),
        config.getIgnorePortInHostMatching(),
        config.getIgnorePathParametersInPathMatching(),
        Mirrors.decode(config.getRequestMirrorPoliciesList(), scope),
        FilterOverrides.decode(config.getTypedPerFilterConfigMap(), scope));
  }

  private static List<String> internalOnly(RouteConfiguration config, DecodeScope scope) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < config.getInternalOnlyHeadersCount(); i++) {
      names.add(
          HeaderNames.changed(
              config.getInternalOnlyHeaders(i), scope.at("internal_only_headers", i)));
    }
    return names;
  }

  @Override
  public RouteConfiguration encode(RouteConfig config) {
    return message(config);
  }

  static RouteConfiguration message(RouteConfig config) {
    HeaderMutations headers = config.headers();
    RouteConfiguration.Builder encoded =
        RouteConfiguration.newBuilder()
            .setName(config.name())
            .addAllInternalOnlyHeaders(config.internalOnlyHeaders())
            .setMostSpecificHeaderMutationsWins(config.mostSpecificHeadersWin())
            .setIgnorePortInHostMatching(config.ignorePort())
            .setIgnorePathParametersInPathMatching(config.ignorePathParameters())
            .addAllRequestHeadersToAdd(HeaderMutationsCodec.encode(headers.requestAdd()))
            .addAllRequestHeadersToRemove(headers.requestRemove())
            .addAllResponseHeadersToAdd(HeaderMutationsCodec.encode(headers.responseAdd()))
            .addAllResponseHeadersToRemove(headers.responseRemove())
            .addAllRequestMirrorPolicies(Mirrors.encode(config.mirrors()))
            .putAllTypedPerFilterConfig(FilterOverrides.encode(config.filters()));
    config.virtualHosts().forEach(host -> encoded.addVirtualHosts(VirtualHosts.encode(host)));
    int body = longestBody(config);
    if (body > DEFAULT_MAX_BODY) {
      encoded.setMaxDirectResponseBodySizeBytes(Wire.uint32(body));
    }
    return encoded.build();
  }

  private static int longestBody(RouteConfig config) {
    return config.virtualHosts().stream()
        .flatMap(host -> host.routes().stream())
        .mapToInt(
            route ->
                route.action() instanceof RouteAction.DirectResponse(int status, String body)
                    ? Wire.utf8Length(body)
                    : 0)
        .max()
        .orElse(0);
  }
}
