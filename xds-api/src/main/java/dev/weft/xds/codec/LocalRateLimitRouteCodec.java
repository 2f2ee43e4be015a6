package dev.weft.xds.codec;

import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;

/** {@code envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit} of routes. */
final class LocalRateLimitRouteCodec
    implements RouteFilterCodec<LocalRateLimit, dev.weft.xds.model.LocalRateLimit> {
  @Override
  public LocalRateLimit prototype() {
    return LocalRateLimit.getDefaultInstance();
  }

  @Override
  public Class<dev.weft.xds.model.LocalRateLimit> model() {
    return dev.weft.xds.model.LocalRateLimit.class;
  }

  @Override
  public dev.weft.xds.model.LocalRateLimit decode(LocalRateLimit message, DecodeScope scope) {
    scope.at("token_bucket").require(message.hasTokenBucket(), "must be set for a route");
    return LocalRateLimits.decode(message, scope);
  }

  @Override
  public LocalRateLimit encode(dev.weft.xds.model.LocalRateLimit model) {
    return LocalRateLimits.encode(model);
  }
}
