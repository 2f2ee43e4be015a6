package dev.weft.xds.codec;

import dev.weft.xds.model.BufferRoute;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;

/** {@code envoy.extensions.filters.http.buffer.v3.BufferPerRoute} of routes. */
final class BufferRouteCodec implements RouteFilterCodec<BufferPerRoute, BufferRoute> {
  @Override
  public BufferPerRoute prototype() {
    return BufferPerRoute.getDefaultInstance();
  }

  @Override
  public Class<BufferRoute> model() {
    return BufferRoute.class;
  }

  @Override
  public BufferRoute decode(BufferPerRoute message, DecodeScope scope) {
    return switch (message.getOverrideCase()) {
      case DISABLED -> {
        scope.at("disabled").require(message.getDisabled(), "must be true");
        yield new BufferRoute(null);
      }
      case BUFFER -> new BufferRoute(BufferCodec.max(message.getBuffer(), scope.at("buffer")));
      case OVERRIDE_NOT_SET -> {
        scope.problem("must have one of disabled and buffer");
        yield new BufferRoute(null);
      }
    };
  }

  @Override
  public BufferPerRoute encode(BufferRoute model) {
    Integer max = model.maxBytes();
    return max == null
        ? BufferPerRoute.newBuilder().setDisabled(true).build()
        : BufferPerRoute.newBuilder().setBuffer(BufferCodec.message(max)).build();
  }
}
