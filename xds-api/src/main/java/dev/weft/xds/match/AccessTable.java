package dev.weft.xds.match;

import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Action;
import dev.weft.xds.model.AccessRules.Policy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Compiled {@link AccessRules}. Immutable; any thread may ask. */
public final class AccessTable {
  private record Entry(String name, boolean asksForPath, Predicate<AccessAttributes> condition) {}

  private final Action action;
  private final Entry[] policies;

  private AccessTable(Action action, List<Entry> policies) {
    this.action = action;
    this.policies = policies.toArray(Entry[]::new);
  }

  /**
   * Compiles rules.
   *
   * @throws IllegalArgumentException if they have an expression that RE2 does not take or an
   *     address that is none; decoded rules have neither
   */
  public static AccessTable compile(AccessRules rules) {
    List<Entry> entries = new ArrayList<>();
    rules
        .policies()
        .forEach(
            (name, policy) ->
                entries.add(new Entry(name, AskedPaths.in(policy), condition(policy))));
    return new AccessTable(rules.action(), entries);
  }

  private static Predicate<AccessAttributes> condition(Policy policy) {
    Predicate<AccessAttributes> permission =
        AccessConditions.any(
            policy.permissions().stream().map(AccessConditions::permission).toList());
    Predicate<AccessAttributes> principal =
        AccessConditions.any(
            policy.principals().stream().map(AccessConditions::principal).toList());
    return asked -> permission.test(asked) && principal.test(asked);
  }

  /**
   * The name of the first policy that fits, in the order of names; null if none does. Where there
   * is no path, as in a CONNECT, a policy that asks for one cannot be judged: it allows nothing and
   * denies all.
   */
  public @Nullable String match(AccessAttributes asked) {
    boolean pathless = asked.request().path().isEmpty();
    for (Entry policy : policies) {
      if (pathless && policy.asksForPath()) {
        if (action == Action.DENY) {
          return policy.name();
        }
        continue;
      }
      if (policy.condition().test(asked)) {
        return policy.name();
      }
    }
    return null;
  }

  /**
   * Whether what was asked for is allowed.
   *
   * @param matched what {@link #match} gave
   */
  public boolean allows(@Nullable String matched) {
    return switch (action) {
      case ALLOW -> matched != null;
      case DENY -> matched == null;
      case LOG -> true;
    };
  }
}
