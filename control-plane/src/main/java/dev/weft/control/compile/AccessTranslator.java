package dev.weft.control.compile;

import dev.weft.control.resource.AccessPolicyResource;
import dev.weft.control.resource.AccessPolicyResource.Caller;
import dev.weft.control.resource.AccessPolicyResource.Request;
import dev.weft.control.resource.AccessPolicyResource.Rule;
import dev.weft.control.resource.HttpRouteResource.Path;
import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Action;
import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Policy;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.StringMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Access policies to what the sidecars of instances let through. */
final class AccessTranslator {
  private static final String ALLOW = "allow";
  private static final String DENY = "deny";

  private AccessTranslator() {}

  /**
   * What requests to a service must fulfil.
   *
   * @param filters in the order in which requests pass them; empty where all are let through
   * @param byPath whether paths count, so that what is compared must be what the application gets
   */
  record Guard(List<HttpFilterConfig> filters, boolean byPath) {
    static final Guard NONE = new Guard(List.of(), false);

    Guard {
      filters = List.copyOf(filters);
    }
  }

  static Guard guard(@Nullable AccessPolicyResource policy, String trustDomain) {
    if (policy == null || !policy.hasRules()) {
      return Guard.NONE;
    }
    List<HttpFilterConfig> filters = new ArrayList<>();
    List<Rule> allow = policy.allow();
    if (!policy.deny().isEmpty()) {
      filters.add(new RbacFilter(DENY, rules(Action.DENY, DENY, policy.deny(), trustDomain), null));
    }
    if (allow != null) {
      filters.add(new RbacFilter(ALLOW, rules(Action.ALLOW, ALLOW, allow, trustDomain), null));
    }
    boolean byPath =
        Stream.concat(policy.deny().stream(), allow == null ? Stream.empty() : allow.stream())
            .flatMap(rule -> rule.to().stream())
            .anyMatch(request -> request.path() != null);
    return new Guard(filters, byPath);
  }

  /** Named by where they stand, which is what access logs say of a refusal. */
  private static AccessRules rules(
      Action action, String list, List<Rule> rules, String trustDomain) {
    Map<String, Policy> policies = new TreeMap<>();
    for (int i = 0; i < rules.size(); i++) {
      policies.put(list + "/" + i, policy(rules.get(i), trustDomain));
    }
    return new AccessRules(action, policies);
  }

  private static Policy policy(Rule rule, String trustDomain) {
    List<Permission> permissions =
        rule.to().isEmpty()
            ? List.of(new Permission.Any())
            : rule.to().stream().map(AccessTranslator::permission).toList();
    List<Principal> principals =
        rule.from().isEmpty()
            ? List.of(new Principal.Any())
            : rule.from().stream().map(caller -> principal(caller, trustDomain)).toList();
    return new Policy(permissions, principals);
  }

  private static Principal principal(Caller caller, String trustDomain) {
    String service = caller.service();
    return new Principal.Authenticated(
        service == null
            ? new StringMatch.Prefix(MeshNames.identity(trustDomain, caller.namespace(), ""), false)
            : new StringMatch.Exact(
                MeshNames.identity(trustDomain, caller.namespace(), service), false));
  }

  private static Permission permission(Request request) {
    List<Permission> all = new ArrayList<>();
    Path path = request.path();
    if (path != null) {
      all.add(path(path));
    }
    if (!request.methods().isEmpty()) {
      all.add(
          any(
              request.methods().stream()
                  .<Permission>map(m -> new Permission.Header(HeaderMatch.exact(":method", m)))
                  .toList()));
    }
    MatchTranslator.headers(request.headers())
        .forEach(header -> all.add(new Permission.Header(header)));
    return all.size() == 1 ? all.getFirst() : new Permission.And(all);
  }

  private static Permission path(Path path) {
    String value = path.value();
    return switch (path.type()) {
      case EXACT -> new Permission.UrlPath(new StringMatch.Exact(value, false));
      case REGULAR_EXPRESSION -> new Permission.UrlPath(new StringMatch.Regex(value));
      case PATH_PREFIX -> {
        String bare = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        Permission below = new Permission.UrlPath(new StringMatch.Prefix(bare + "/", false));
        yield bare.isEmpty()
            ? below
            : any(List.of(new Permission.UrlPath(new StringMatch.Exact(bare, false)), below));
      }
    };
  }

  private static Permission any(List<Permission> permissions) {
    return permissions.size() == 1 ? permissions.getFirst() : new Permission.Or(permissions);
  }
}
