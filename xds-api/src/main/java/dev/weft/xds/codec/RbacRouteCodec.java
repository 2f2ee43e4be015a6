package dev.weft.xds.codec;

import dev.weft.xds.model.AccessCounting;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RbacRoute;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;

/** {@code envoy.extensions.filters.http.rbac.v3.RBACPerRoute}. */
final class RbacRouteCodec implements RouteFilterCodec<RBACPerRoute, RbacRoute> {
  private final RbacCodec rbac = new RbacCodec();

  @Override
  public RBACPerRoute prototype() {
    return RBACPerRoute.getDefaultInstance();
  }

  @Override
  public Class<RbacRoute> model() {
    return RbacRoute.class;
  }

  @Override
  public RbacRoute decode(RBACPerRoute message, DecodeScope scope) {
    RBAC rules = message.getRbac();
    RbacFilter decoded = rbac.decode("", rules, scope.at("rbac"));
    // As in Envoy the prefixes are the filter's.
    return new RbacRoute(decoded.rules(), decoded.shadowRules(), decoded.counted().byPolicy());
  }

  @Override
  public RBACPerRoute encode(RbacRoute model) {
    return RBACPerRoute.newBuilder()
        .setRbac(
            rbac.encode(
                new RbacFilter(
                    "",
                    model.rules(),
                    model.shadowRules(),
                    new AccessCounting("", "", model.byPolicy()))))
        .build();
  }
}
