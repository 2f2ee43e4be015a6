package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * Access rules of a route, in place of those of the manager ({@code
 * envoy.extensions.filters.http.rbac.v3.RBACPerRoute}).
 *
 * @param rules null lets everything pass
 * @param shadowRules only counted; null without any
 * @param byPolicy whether its policies are counted one by one, too
 */
public record RbacRoute(
    @Nullable AccessRules rules, @Nullable AccessRules shadowRules, boolean byPolicy)
    implements HttpFilterRouteConfig {}
