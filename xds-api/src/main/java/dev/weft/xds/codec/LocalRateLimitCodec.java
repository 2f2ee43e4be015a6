package dev.weft.xds.codec;

import dev.weft.xds.model.LocalRateLimitFilter;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;

/** {@code envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit}. */
final class LocalRateLimitCodec implements FilterCodec<LocalRateLimit, LocalRateLimitFilter> {
  @Override
  public LocalRateLimit prototype() {
    return LocalRateLimit.getDefaultInstance();
  }

  @Override
  public Class<LocalRateLimitFilter> model() {
    return LocalRateLimitFilter.class;
  }

  @Override
  public LocalRateLimitFilter decode(String name, LocalRateLimit message, DecodeScope scope) {
    return new LocalRateLimitFilter(name, LocalRateLimits.decode(message, scope));
  }

  @Override
  public LocalRateLimit encode(LocalRateLimitFilter model) {
    return LocalRateLimits.encode(model.limit());
  }
}
