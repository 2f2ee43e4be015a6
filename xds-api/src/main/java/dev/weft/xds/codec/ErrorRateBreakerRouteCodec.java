package dev.weft.xds.codec;

import dev.weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker;

/** {@code weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker} of routes. */
final class ErrorRateBreakerRouteCodec
    implements RouteFilterCodec<ErrorRateBreaker, dev.weft.xds.model.ErrorRateBreaker> {
  @Override
  public ErrorRateBreaker prototype() {
    return ErrorRateBreaker.getDefaultInstance();
  }

  @Override
  public Class<dev.weft.xds.model.ErrorRateBreaker> model() {
    return dev.weft.xds.model.ErrorRateBreaker.class;
  }

  @Override
  public dev.weft.xds.model.ErrorRateBreaker decode(ErrorRateBreaker message, DecodeScope scope) {
    return ErrorRateBreakers.decode(message, scope);
  }

  @Override
  public ErrorRateBreaker encode(dev.weft.xds.model.ErrorRateBreaker model) {
    return ErrorRateBreakers.encode(model);
  }
}
