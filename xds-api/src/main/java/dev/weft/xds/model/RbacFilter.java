package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * Role-based access control of requests ({@code envoy.extensions.filters.http.rbac.v3.RBAC}).
 *
 * @param rules null lets everything pass
 * @param shadowRules only counted; null without any
 * @param counted how both are
 */
public record RbacFilter(
    String name,
    @Nullable AccessRules rules,
    @Nullable AccessRules shadowRules,
    AccessCounting counted)
    implements HttpFilterConfig {
  /** One whose policies are not counted one by one. */
  public RbacFilter(String name, @Nullable AccessRules rules, @Nullable AccessRules shadowRules) {
    this(name, rules, shadowRules, AccessCounting.DEFAULT);
  }
}
