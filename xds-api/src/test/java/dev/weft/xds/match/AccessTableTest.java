package dev.weft.xds.match;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Action;
import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Policy;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.CidrRange;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.StringMatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Access rules decide as Envoy's RBAC filter does. */
class AccessTableTest {
  private static final String SHOP = "spiffe://mesh.test/ns/shop/sa/";
  private static final String SOURCE = "203.0.113.5";
  private static final Asked FROM_CART =
      new Asked(
          TestRequest.get("ledger.shop", "/entries/1?all").with("x-tenant", "a"),
          List.of(SHOP + "cart"),
          "10.0.0.7",
          "192.0.2.1",
          "10.0.0.9",
          15006,
          "ledger.shop");

  /** What a test says about a request and its connection. */
  private record Asked(
      RequestView request,
      List<String> names,
      String direct,
      String client,
      String to,
      int port,
      @Nullable String serverName)
      implements AccessAttributes {
    Asked withNames(String... replaced) {
      return new Asked(request, List.of(replaced), direct, client, to, port, serverName);
    }

    Asked with(RequestView replaced) {
      return new Asked(replaced, names, direct, client, to, port, serverName);
    }

    @Override
    public boolean authenticated() {
      return !names.isEmpty();
    }

    @Override
    public boolean anyPrincipal(Predicate<? super CharSequence> test) {
      return names.stream().anyMatch(test);
    }

    @Override
    public InetSocketAddress destination() {
      return new InetSocketAddress(InetAddress.ofLiteral(to), port);
    }

    @Override
    public InetAddress directRemote() {
      return InetAddress.ofLiteral(direct);
    }

    @Override
    public InetAddress source() {
      return InetAddress.ofLiteral(SOURCE);
    }

    @Override
    public InetAddress remote() {
      return InetAddress.ofLiteral(client);
    }
  }

  private static boolean fits(Permission permission) {
    return fits(permission, FROM_CART);
  }

  private static boolean fits(Permission permission, Asked asked) {
    return table(permission, new Principal.Any()).match(asked) != null;
  }

  private static boolean fits(Principal principal) {
    return fits(principal, FROM_CART);
  }

  private static boolean fits(Principal principal, Asked asked) {
    return table(new Permission.Any(), principal).match(asked) != null;
  }

  private static AccessTable table(Permission permission, Principal principal) {
    return AccessTable.compile(
        new AccessRules(
            Action.ALLOW, Map.of("p", new Policy(List.of(permission), List.of(principal)))));
  }

  private static StringMatch exact(String value) {
    return new StringMatch.Exact(value, false);
  }

  @Test
  void permissionsLookAtWhatIsAskedFor() {
    assertThat(fits(new Permission.UrlPath(exact("/entries/1")))).as("without query").isTrue();
    assertThat(fits(new Permission.UrlPath(exact("/entries/1?all")))).isFalse();
    assertThat(fits(new Permission.Header(HeaderMatch.exact("x-tenant", "a")))).isTrue();
    assertThat(fits(new Permission.Header(HeaderMatch.exact("x-tenant", "b")))).isFalse();
    assertThat(fits(new Permission.Header(HeaderMatch.exact(":method", "GET")))).isTrue();
    assertThat(fits(new Permission.DestinationIp(new CidrRange("10.0.0.0", 8)))).isTrue();
    assertThat(fits(new Permission.DestinationIp(new CidrRange("10.1.0.0", 16)))).isFalse();
    assertThat(fits(new Permission.DestinationPort(15006, 15007))).isTrue();
    assertThat(fits(new Permission.DestinationPort(15000, 15006))).as("end excluded").isFalse();
    assertThat(fits(new Permission.RequestedServerName(exact("ledger.shop")))).isTrue();
  }

  @Test
  void principalsLookAtWhoAsks() {
    assertThat(fits(new Principal.Authenticated(exact(SHOP + "cart")))).isTrue();
    assertThat(fits(new Principal.Authenticated(exact(SHOP + "chat")))).isFalse();
    assertThat(fits(new Principal.DirectRemoteIp(new CidrRange("10.0.0.7", 32)))).isTrue();
    assertThat(fits(new Principal.SourceIp(new CidrRange("203.0.113.0", 24)))).isTrue();
    assertThat(fits(new Principal.SourceIp(new CidrRange("10.0.0.7", 32)))).isFalse();
    assertThat(fits(new Principal.DirectRemoteIp(new CidrRange("192.0.2.0", 24)))).isFalse();
    assertThat(fits(new Principal.RemoteIp(new CidrRange("192.0.2.0", 24)))).isTrue();
    assertThat(fits(new Principal.RemoteIp(new CidrRange("2001:db8::", 32)))).isFalse();
    assertThat(fits(new Principal.Header(HeaderMatch.exact("x-tenant", "a")))).isTrue();
    assertThat(fits(new Principal.UrlPath(new StringMatch.Prefix("/entries/", false)))).isTrue();
  }

  @Test
  void everyNameOfACertificateCounts() {
    Asked two = FROM_CART.withNames(SHOP + "chat", "cart.shop");
    assertThat(fits(new Principal.Authenticated(exact("cart.shop")), two)).isTrue();
    assertThat(fits(new Principal.Authenticated(exact(SHOP + "chat")), two)).isTrue();
  }

  @Test
  void whoShowsNoCertificateIsNotAuthenticated() {
    Asked nobody = FROM_CART.withNames();
    assertThat(fits(new Principal.Authenticated(null), nobody)).isFalse();
    assertThat(fits(new Principal.Authenticated(new StringMatch.Regex(".*")), nobody)).isFalse();
    assertThat(fits(new Principal.Authenticated(null))).isTrue();
  }

  /** H70: a policy sees all values of a header, not only the first. */
  @Test
  void h70EveryValueOfARepeatedHeaderIsLookedAt() {
    Asked asked =
        FROM_CART.with(TestRequest.get("a", "/").with("role", "guest").with("role", "admin"));
    assertThat(fits(new Permission.Header(HeaderMatch.exact("role", "admin")), asked)).isTrue();
    assertThat(fits(new Permission.Header(HeaderMatch.exact("role", "guest,admin")), asked))
        .isFalse();
  }

  @Test
  void conditionsAreJoined() {
    Permission yes = new Permission.Any();
    Permission no = new Permission.Not(yes);
    assertThat(fits(new Permission.And(List.of(yes, no)))).isFalse();
    assertThat(fits(new Permission.And(List.of(yes, yes)))).isTrue();
    assertThat(fits(new Permission.Or(List.of(no, yes)))).isTrue();
    assertThat(fits(new Permission.Or(List.of(no, no)))).isFalse();
    Principal all = new Principal.Any();
    Principal none = new Principal.Not(all);
    assertThat(fits(new Principal.And(List.of(all, none)))).isFalse();
    assertThat(fits(new Principal.Or(List.of(none, all)))).isTrue();
    assertThat(fits(new Principal.Or(List.of(none, none)))).isFalse();
  }

  @Test
  void aPolicyWantsOneOfEach() {
    Permission read = new Permission.Header(HeaderMatch.exact(":method", "GET"));
    Permission write = new Permission.Header(HeaderMatch.exact(":method", "POST"));
    Principal cart = new Principal.Authenticated(exact(SHOP + "cart"));
    Principal chat = new Principal.Authenticated(exact(SHOP + "chat"));
    AccessTable table =
        AccessTable.compile(
            new AccessRules(
                Action.ALLOW,
                Map.of(
                    "2 reads", new Policy(List.of(write, read), List.of(chat, cart)),
                    "1 writes", new Policy(List.of(write), List.of(cart)),
                    "3 all", new Policy(List.of(new Permission.Any()), List.of(cart)))));

    assertThat(table.match(FROM_CART)).as("the first by name").isEqualTo("2 reads");
    assertThat(table.match(FROM_CART.withNames(SHOP + "other"))).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void whatFollowsIsTheAction(Action action) {
    AccessTable table = AccessTable.compile(new AccessRules(action, Map.of()));
    assertThat(table.allows("p")).isEqualTo(action != Action.DENY);
    assertThat(table.allows(null)).isEqualTo(action != Action.ALLOW);
    assertThat(table.match(FROM_CART)).isNull();
  }
}
