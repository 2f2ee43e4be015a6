package dev.weft.xds.codec;

import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Action;
import dev.weft.xds.model.AccessRules.Policy;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code envoy.config.rbac.v3.RBAC}. */
final class AccessRulesCodec {
  /** Permissions and principals may stand inside each other: this deep. */
  static final int MAX_DEPTH = 32;

  private AccessRulesCodec() {}

  static AccessRules decode(RBAC rules, DecodeScope scope) {
    Action action =
        switch (rules.getAction()) {
          case ALLOW -> Action.ALLOW;
          case DENY -> Action.DENY;
          case LOG -> Action.LOG;
          case UNRECOGNIZED -> {
            scope.at("action").problem("is not known");
            yield Action.DENY;
          }
        };
    Map<String, Policy> policies = new HashMap<>();
    rules
        .getPoliciesMap()
        .forEach((name, policy) -> policies.put(name, policy(policy, scope.at("policies", name))));
    return new AccessRules(action, policies);
  }

  private static Policy policy(
      io.envoyproxy.envoy.config.rbac.v3.Policy policy, DecodeScope scope) {
    scope.at("permissions").require(policy.getPermissionsCount() > 0, "must not be empty");
    scope.at("principals").require(policy.getPrincipalsCount() > 0, "must not be empty");
    List<AccessRules.Permission> permissions = new ArrayList<>();
    for (int i = 0; i < policy.getPermissionsCount(); i++) {
      permissions.add(
          Permissions.decode(policy.getPermissions(i), scope.at("permissions", i), MAX_DEPTH));
    }
    List<AccessRules.Principal> principals = new ArrayList<>();
    for (int i = 0; i < policy.getPrincipalsCount(); i++) {
      principals.add(
          Principals.decode(policy.getPrincipals(i), scope.at("principals", i), MAX_DEPTH));
    }
    return new Policy(permissions, principals);
  }

  static RBAC encode(AccessRules rules) {
    RBAC.Builder encoded =
        RBAC.newBuilder()
            .setAction(
                switch (rules.action()) {
                  case ALLOW -> RBAC.Action.ALLOW;
                  case DENY -> RBAC.Action.DENY;
                  case LOG -> RBAC.Action.LOG;
                });
    rules.policies().forEach((name, policy) -> encoded.putPolicies(name, encode(policy)));
    return encoded.build();
  }

  private static io.envoyproxy.envoy.config.rbac.v3.Policy encode(Policy policy) {
    var encoded = io.envoyproxy.envoy.config.rbac.v3.Policy.newBuilder();
    policy.permissions().forEach(rule -> encoded.addPermissions(Permissions.encode(rule)));
    policy.principals().forEach(id -> encoded.addPrincipals(Principals.encode(id)));
    return encoded.build();
  }
}
