package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMutationRoute;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;

/** {@code envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute} of routes. */
final class HeaderMutationRouteCodec
    implements RouteFilterCodec<HeaderMutationPerRoute, HeaderMutationRoute> {
  @Override
  public HeaderMutationPerRoute prototype() {
    return HeaderMutationPerRoute.getDefaultInstance();
  }

  @Override
  public Class<HeaderMutationRoute> model() {
    return HeaderMutationRoute.class;
  }

  @Override
  public HeaderMutationRoute decode(HeaderMutationPerRoute message, DecodeScope scope) {
    return new HeaderMutationRoute(
        HeaderSteps.decode(message.getMutations(), scope.at("mutations")),
        QueryMutations.decode(message.getMutations(), scope.at("mutations")));
  }

  @Override
  public HeaderMutationPerRoute encode(HeaderMutationRoute model) {
    return HeaderMutationPerRoute.newBuilder()
        .setMutations(HeaderSteps.encode(model.steps(), model.query()))
        .build();
  }
}
