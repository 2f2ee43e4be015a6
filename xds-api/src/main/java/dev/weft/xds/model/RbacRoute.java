package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * Access rules of a route, in place of those of the manager ({@code
 * envoy.extensions.filters.http.rbac.v3.RBACPerRoute}).
 *
 * @param rules null lets everything pass
 * @param shadowRules only counted; null without any
 */
public record RbacRoute(@Nullable AccessRules rules, @Nullable AccessRules shadowRules)
    implements HttpFilterRouteConfig {}
