package dev.weft.proxy.filter.access;

import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.RequestCheck;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.HttpStats;
import dev.weft.xds.match.AccessTable;
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
  private final HttpStats stats;

  private AccessCheck(@Nullable AccessTable rules, @Nullable AccessTable shadow, FilterSite site) {
    this.rules = rules;
    this.shadow = shadow;
    this.manager = site.manager();
    this.stats = site.stats();
  }

  /**
   * The check that a filter's configuration asks for.
   *
   * @param route takes its place; null where no route has a say
   */
  public static AccessCheck of(RbacFilter filter, @Nullable RbacRoute route, FilterSite site) {
    AccessRules rules = route == null ? filter.rules() : route.rules();
    AccessRules shadow = route == null ? filter.shadowRules() : route.shadowRules();
    return new AccessCheck(compile(rules), compile(shadow), site);
  }

  private static @Nullable AccessTable compile(@Nullable AccessRules rules) {
    return rules == null ? null : AccessTable.compile(rules);
  }

  @Override
  public Verdict.@Nullable Reply check(Http2Headers request, Exchange exchange) {
    AskedAccess asked = new AskedAccess(request, exchange.downstream(), manager);
    if (shadow != null) {
      stats.shadowAccess(shadow.allows(shadow.match(asked)));
    }
    if (rules == null) {
      return null;
    }
    String policy = rules.match(asked);
    boolean allowed = rules.allows(policy);
    stats.access(allowed);
    return allowed ? null : refusal(policy);
  }

  private static Verdict.Reply refusal(@Nullable String policy) {
    String name = policy == null ? "none" : policy.replaceAll("\\s", "_");
    return new Verdict.Reply(403, BODY, "rbac_access_denied_matched_policy[" + name + "]");
  }
}
