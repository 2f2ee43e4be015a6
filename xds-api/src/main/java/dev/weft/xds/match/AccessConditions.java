package dev.weft.xds.match;

import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.CidrRange;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.StringMatch;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Compiles the conditions of access rules; what can be decided now is decided now. */
final class AccessConditions {
  private AccessConditions() {}

  static Predicate<AccessAttributes> permission(Permission rule) {
    return switch (rule) {
      case Permission.Any() -> asked -> true;
      case Permission.And(List<Permission> rules) ->
          all(rules.stream().map(AccessConditions::permission).toList());
      case Permission.Or(List<Permission> rules) ->
          any(rules.stream().map(AccessConditions::permission).toList());
      case Permission.Not(Permission not) -> permission(not).negate();
      case Permission.Header(HeaderMatch match) -> header(match);
      case Permission.UrlPath(StringMatch path) -> path(path);
      case Permission.DestinationIp(CidrRange range) ->
          address(range, asked -> asked.destination().getAddress());
      case Permission.DestinationPort(int start, int end) ->
          asked -> {
            int port = asked.destination().getPort();
            return port >= start && port < end;
          };
      case Permission.RequestedServerName(StringMatch name) -> {
        StringMatcher matcher = StringMatcher.compile(name);
        yield asked -> {
          CharSequence serverName = asked.serverName();
          return matcher.test(serverName == null ? "" : serverName);
        };
      }
    };
  }

  static Predicate<AccessAttributes> principal(Principal id) {
    return switch (id) {
      case Principal.Any() -> asked -> true;
      case Principal.And(List<Principal> ids) ->
          all(ids.stream().map(AccessConditions::principal).toList());
      case Principal.Or(List<Principal> ids) ->
          any(ids.stream().map(AccessConditions::principal).toList());
      case Principal.Not(Principal not) -> principal(not).negate();
      case Principal.Authenticated(StringMatch name) -> authenticated(name);
      case Principal.SourceIp(CidrRange range) -> address(range, AccessAttributes::source);
      case Principal.DirectRemoteIp(CidrRange range) ->
          address(range, AccessAttributes::directRemote);
      case Principal.RemoteIp(CidrRange range) -> address(range, AccessAttributes::remote);
      case Principal.Header(HeaderMatch match) -> header(match);
      case Principal.UrlPath(StringMatch path) -> path(path);
    };
  }

  private static Predicate<AccessAttributes> authenticated(@Nullable StringMatch name) {
    if (name == null) {
      return AccessAttributes::authenticated;
    }
    StringMatcher matcher = StringMatcher.compile(name);
    return asked -> asked.anyPrincipal(matcher);
  }

  private static Predicate<AccessAttributes> header(HeaderMatch match) {
    Predicate<RequestView> matcher = HeaderMatcher.compile(match);
    return asked -> matcher.test(asked.request());
  }

  private static Predicate<AccessAttributes> path(StringMatch path) {
    StringMatcher matcher = StringMatcher.compile(path);
    return asked -> matcher.test(asked.request().path());
  }

  private static Predicate<AccessAttributes> address(
      CidrRange range, Function<AccessAttributes, InetAddress> address) {
    AddressPrefix prefix = AddressPrefix.of(range);
    return asked -> prefix.contains(address.apply(asked).getAddress());
  }

  static Predicate<AccessAttributes> any(List<Predicate<AccessAttributes>> conditions) {
    return conditions.size() == 1 ? conditions.getFirst() : join(conditions, true);
  }

  private static Predicate<AccessAttributes> all(List<Predicate<AccessAttributes>> conditions) {
    return conditions.size() == 1 ? conditions.getFirst() : join(conditions, false);
  }

  /** The first that gives {@code decisive} decides; the opposite holds if none does. */
  private static Predicate<AccessAttributes> join(
      List<Predicate<AccessAttributes>> conditions, boolean decisive) {
    @SuppressWarnings("unchecked") // predicates of this type only
    Predicate<AccessAttributes>[] array = conditions.toArray(Predicate[]::new);
    return asked -> {
      for (Predicate<AccessAttributes> condition : array) {
        if (condition.test(asked) == decisive) {
          return decisive;
        }
      }
      return !decisive;
    };
  }
}
