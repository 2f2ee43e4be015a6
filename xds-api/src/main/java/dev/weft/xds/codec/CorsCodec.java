package dev.weft.xds.codec;

import dev.weft.xds.model.CorsFilter;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;

/** {@code envoy.extensions.filters.http.cors.v3.Cors}. */
final class CorsCodec implements FilterCodec<Cors, CorsFilter> {
  @Override
  public Cors prototype() {
    return Cors.getDefaultInstance();
  }

  @Override
  public Class<CorsFilter> model() {
    return CorsFilter.class;
  }

  @Override
  public CorsFilter decode(String name, Cors message, DecodeScope scope) {
    return new CorsFilter(name);
  }

  @Override
  public Cors encode(CorsFilter model) {
    return Cors.getDefaultInstance();
  }
}
