package dev.weft.xds.codec;

import dev.weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker;
import dev.weft.xds.model.ErrorRateBreakerFilter;

/** {@code weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker}. */
final class ErrorRateBreakerCodec implements FilterCodec<ErrorRateBreaker, ErrorRateBreakerFilter> {
  @Override
  public ErrorRateBreaker prototype() {
    return ErrorRateBreaker.getDefaultInstance();
  }

  @Override
  public Class<ErrorRateBreakerFilter> model() {
    return ErrorRateBreakerFilter.class;
  }

  @Override
  public ErrorRateBreakerFilter decode(String name, ErrorRateBreaker message, DecodeScope scope) {
    return new ErrorRateBreakerFilter(name, ErrorRateBreakers.decode(message, scope));
  }

  @Override
  public ErrorRateBreaker encode(ErrorRateBreakerFilter model) {
    return ErrorRateBreakers.encode(model.breaker());
  }
}
