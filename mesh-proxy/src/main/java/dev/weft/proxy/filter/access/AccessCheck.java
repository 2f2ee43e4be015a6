package dev.weft.proxy.filter.access;

import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.RequestCheck;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.match.AccessTable;
import dev.weft.xds.model.AccessCounting;
import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RbacRoute;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Answers 403 to what its rules do not allow ({@code envoy.filters.http.rbac}); its shadow rules
 * are only counted.
 */
public final class AccessCheck implements RequestCheck {
  private static final String BODY = "RBAC: access denied";

  private final @Nullable AccessTable rules;
  private final @Nullable AccessTable shadow;
  private final HttpConnectionManager manager;
  private final AccessCounts counts;
  private final AccessCounts shadowCounts;

  private AccessCheck(
      @Nullable AccessRules rules,
      @Nullable AccessRules shadow,
      AccessCounting counted,
      FilterSite site) {
    this.rules = compile(rules);
    this.shadow = compile(shadow);
    this.manager = site.manager();
    this.counts =
        new AccessCounts(site, "", counted.prefix(), this.rules, counted.byPolicy() ? rules : null);
    this.shadowCounts =
        new AccessCounts(
            site,
            "shadow_",
            counted.shadowPrefix(),
            this.shadow,
            counted.byPolicy() ? shadow : null);
  }

  /**
   * The check that a filter's configuration asks for.
   *
   * @param route takes its place; null where no route has a say
   */
  public static AccessCheck of(RbacFilter filter, @Nullable RbacRoute route, FilterSite site) {
    AccessCounting counted = filter.counted();
    return route == null
        ? new AccessCheck(filter.rules(), filter.shadowRules(), counted, site)
        : new AccessCheck(
            route.rules(),
            route.shadowRules(),
            new AccessCounting(counted.prefix(), counted.shadowPrefix(), route.byPolicy()),
            site);
  }

  private static @Nullable AccessTable compile(@Nullable AccessRules rules) {
    return rules == null ? null : AccessTable.compile(rules);
  }

  @Override
  public Verdict.@Nullable Reply check(Http2Headers request, Exchange exchange) {
    AskedAccess asked = new AskedAccess(request, exchange.downstream(), manager);
    if (shadow != null) {
      String fits = shadow.match(asked);
      shadowCounts.count(shadow.allows(fits), fits);
    }
    if (rules == null) {
      return null;
    }
    String policy = rules.match(asked);
    boolean allowed = rules.allows(policy);
    counts.count(allowed, policy);
    return allowed ? null : refusal(policy);
  }

  private static Verdict.Reply refusal(@Nullable String policy) {
    String name = policy == null ? "none" : policy.replaceAll("\\s", "_");
    return new Verdict.Reply(403, BODY, "rbac_access_denied_matched_policy[" + name + "]");
  }
}
