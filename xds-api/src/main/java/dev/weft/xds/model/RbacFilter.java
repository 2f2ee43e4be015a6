package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * Role-based access control of requests ({@code envoy.extensions.filters.http.rbac.v3.RBAC}).
 *
 * @param rules null lets everything pass
 * @param shadowRules only counted; null without any
 */
public record RbacFilter(
    String name, @Nullable AccessRules rules, @Nullable AccessRules shadowRules)
    implements HttpFilterConfig {}
