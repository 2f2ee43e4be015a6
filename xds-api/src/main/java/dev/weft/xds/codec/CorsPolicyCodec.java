package dev.weft.xds.codec;

import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.extensions.filters.http.cors.v3.CorsPolicy} of routes. */
final class CorsPolicyCodec implements RouteFilterCodec<CorsPolicy, dev.weft.xds.model.CorsPolicy> {
  @Override
  public CorsPolicy prototype() {
    return CorsPolicy.getDefaultInstance();
  }

  @Override
  public Class<dev.weft.xds.model.CorsPolicy> model() {
    return dev.weft.xds.model.CorsPolicy.class;
  }

  @Override
  public dev.weft.xds.model.CorsPolicy decode(CorsPolicy message, DecodeScope scope) {
    List<StringMatch> origins = new ArrayList<>();
    for (int i = 0; i < message.getAllowOriginStringMatchCount(); i++) {
      origins.add(
          StringMatches.decode(
              message.getAllowOriginStringMatch(i), scope.at("allow_origin_string_match", i)));
    }
    return new dev.weft.xds.model.CorsPolicy(
        origins,
        value(message.getAllowMethods(), scope.at("allow_methods")),
        value(message.getAllowHeaders(), scope.at("allow_headers")),
        value(message.getExposeHeaders(), scope.at("expose_headers")),
        value(message.getMaxAge(), scope.at("max_age")),
        message.hasAllowCredentials() ? message.getAllowCredentials().getValue() : null,
        message.hasAllowPrivateNetworkAccess()
            ? message.getAllowPrivateNetworkAccess().getValue()
            : null,
        message.hasForwardNotMatchingPreflights()
            ? message.getForwardNotMatchingPreflights().getValue()
            : null,
        message.hasFilterEnabled()
            ? Fractions.decode(message.getFilterEnabled(), scope.at("filter_enabled"))
            : Fraction.ALWAYS,
        message.hasShadowEnabled()
            ? Fractions.decode(message.getShadowEnabled(), scope.at("shadow_enabled"))
            : Fraction.NEVER);
  }

  @Override
  public CorsPolicy encode(dev.weft.xds.model.CorsPolicy model) {
    CorsPolicy.Builder encoded =
        CorsPolicy.newBuilder()
            .addAllAllowOriginStringMatch(
                model.origins().stream().map(StringMatches::encode).toList())
            .setAllowMethods(model.allowMethods())
            .setAllowHeaders(model.allowHeaders())
            .setExposeHeaders(model.exposeHeaders())
            .setMaxAge(model.maxAge())
            .setFilterEnabled(Fractions.runtime(model.enabled()))
            .setShadowEnabled(Fractions.runtime(model.shadow()));
    if (model.credentials() != null) {
      encoded.setAllowCredentials(Wire.bool(model.credentials()));
    }
    if (model.privateNetwork() != null) {
      encoded.setAllowPrivateNetworkAccess(Wire.bool(model.privateNetwork()));
    }
    if (model.forwardNotMatching() != null) {
      encoded.setForwardNotMatchingPreflights(Wire.bool(model.forwardNotMatching()));
    }
    return encoded.build();
  }

  private static String value(String value, DecodeScope scope) {
    scope.require(HeaderNames.isValue(value), "has a line end or a NUL, which no header can carry");
    return value;
  }
}
