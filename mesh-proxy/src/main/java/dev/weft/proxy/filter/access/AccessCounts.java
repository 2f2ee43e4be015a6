package dev.weft.proxy.filter.access;

import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.xds.match.AccessTable;
import dev.weft.xds.model.AccessRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What rules have decided, by Envoy's names. From any thread. */
final class AccessCounts {
  private final Counter allowed;
  private final Counter denied;

  /** Of each policy what it does; empty where they are not counted. */
  private final Map<String, Counter> policies = new HashMap<>();

  /**
   * @param kind before the names: {@code shadow_}, or nothing
   * @param prefix between {@code rbac} and the names; may be empty
   * @param table the rules; null without any
   * @param counted whose policies are counted one by one; null for none
   */
  AccessCounts(
      FilterSite site,
      String kind,
      String prefix,
      @Nullable AccessTable table,
      @Nullable AccessRules counted) {
    this.allowed = counter(site, prefix, "", kind + "allowed");
    this.denied = counter(site, prefix, "", kind + "denied");
    if (table != null && counted != null) {
      counted
          .policies()
          .keySet()
          .forEach(
              policy -> {
                String what = kind + (table.allows(policy) ? "allowed" : "denied");
                policies.put(policy, counter(site, prefix, policy, what));
              });
    }
  }

  private static Counter counter(FilterSite site, String prefix, String policy, String what) {
    String manager = site.manager().statPrefix();
    List<String> labels = new ArrayList<>();
    StringBuilder plain = new StringBuilder("http.").append(manager).append(".rbac.");
    if (!policy.isEmpty()) {
      labels.addAll(List.of("envoy_rbac_policy_name", policy));
    }
    if (!prefix.isEmpty()) {
      plain.append(prefix).append('.');
      labels.addAll(List.of("envoy_rbac_http_prefix", prefix));
    }
    labels.addAll(List.of("envoy_http_conn_manager_prefix", manager));
    if (!policy.isEmpty()) {
      plain.append("policy.").append(policy).append('.');
    }
    return site.telemetry()
        .counter(
            new StatName(
                plain + what,
                "envoy_http_rbac_" + (policy.isEmpty() ? "" : "policy_") + what,
                labels,
                false));
  }

  /**
   * A request was judged.
   *
   * @param policy that fit it; null for none
   */
  void count(boolean isAllowed, @Nullable String policy) {
    (isAllowed ? allowed : denied).increment();
    Counter own = policy == null || policies.isEmpty() ? null : policies.get(policy);
    if (own != null) {
      own.increment();
    }
  }
}
