package dev.weft.xds.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.ChainMatch.SourceType;
import dev.weft.xds.model.CidrRange;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.TcpProxy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filter chains are chosen as Envoy chooses them: step by step, never going back. */
class ChainTableTest {
  @ParameterizedTest
  @CsvSource({
    "a.test, exact",
    "A.TEST, exact",
    "x.wild.test, wild",
    "x.y.wild.test, wild",
    "x.deep.wild.test, deep",
    "wild.test, none",
    ".wild.test, none",
    "other.test, none"
  })
  void serverNames(String serverName, String chain) {
    ChainTable<String> table =
        table(
            chain("exact", ChainMatch.serverNames(List.of("a.test"))),
            chain("wild", ChainMatch.serverNames(List.of("*.Wild.test"))),
            chain("deep", ChainMatch.serverNames(List.of("*.deep.wild.test"))),
            chain("none", ChainMatch.ANY));

    assertThat(table.match(tls(serverName))).isEqualTo(chain);
  }

  @Test
  void withoutAServerNameOnlyChainsWithoutOneFit() {
    ChainTable<String> table = table(chain("a", ChainMatch.serverNames(List.of("a.test"))));

    assertThat(table.match(tls("a.test"))).isEqualTo("a");
    assertThat(table.match(tls(null))).isNull();
  }

  @Test
  void theLongestPrefixWins() {
    ChainTable<String> table =
        table(
            chain("ten", destination("10.9.9.9", 8)),
            chain("ten one", destination("10.1.0.0", 16)),
            chain("six", destination("2001:db8::", 32)),
            chain("rest", ChainMatch.ANY));

    assertThat(table.match(to("10.1.2.3"))).isEqualTo("ten one");
    assertThat(table.match(to("10.2.2.3"))).isEqualTo("ten");
    assertThat(table.match(to("2001:db8::1"))).isEqualTo("six");
    assertThat(table.match(to("11.1.1.1"))).isEqualTo("rest");
  }

  @Test
  void aStepIsNeverGoneBack() {
    ChainMatch address =
        new ChainMatch(
            null,
            List.of(new CidrRange("10.0.0.0", 8)),
            List.of("a.test"),
            null,
            List.of(),
            List.of(),
            List.of(),
            List.of());
    ChainTable<String> table =
        table(chain("address and name", address), chain("any", ChainMatch.ANY));

    // the address decides first: that another chain would take any name does not help
    assertThat(table.match(to("10.1.1.1"))).isNull();
    assertThat(table.match(to("11.1.1.1"))).isEqualTo("any");
  }

  @Test
  void theTransportProtocolComesBeforeTheApplicationProtocol() {
    ChainMatch tls =
        new ChainMatch(
            null, List.of(), List.of(), "tls", List.of(), List.of(), List.of(), List.of());
    ChainMatch h2 =
        new ChainMatch(
            null, List.of(), List.of(), null, List.of("h2"), List.of(), List.of(), List.of());
    ChainTable<String> table = table(chain("h2", h2), chain("tls", tls));

    assertThat(table.match(connection("1.1.1.1", null, "tls", List.of("h2")))).isEqualTo("tls");
    assertThat(table.match(connection("1.1.1.1", null, "raw_buffer", List.of("h2"))))
        .isEqualTo("h2");
  }

  @Test
  void applicationProtocolsAreTriedInTheClientsOrder() {
    ChainTable<String> table = table(chain("h2", alpn("h2")), chain("http/1.1", alpn("http/1.1")));

    assertThat(table.match(connection("1.1.1.1", null, "tls", List.of("x", "http/1.1", "h2"))))
        .isEqualTo("http/1.1");
    assertThat(table.match(connection("1.1.1.1", null, "tls", List.of("x")))).isNull();
  }

  @Test
  void portsAndSources() {
    ChainMatch port =
        new ChainMatch(443, List.of(), List.of(), null, List.of(), List.of(), List.of(), List.of());
    ChainMatch source =
        new ChainMatch(
            null,
            List.of(),
            List.of(),
            null,
            List.of(),
            List.of(new CidrRange("192.168.0.0", 16)),
            List.of(new CidrRange("192.168.1.1", 32)),
            List.of(5000));
    ChainTable<String> table = table(chain("port", port), chain("source", source));

    assertThat(table.match(from(443, "192.168.1.1", 5000))).isEqualTo("port");
    assertThat(table.match(from(80, "192.168.1.1", 5000))).isEqualTo("source");
    assertThat(table.match(from(80, "192.168.1.1", 5001))).isNull();
    assertThat(table.match(from(80, "192.168.1.2", 5000))).isNull();
  }

  @Test
  void whereTheClientIsComesBeforeItsAddress() {
    ChainTable<String> table =
        table(
            chain("local", source(SourceType.SAME_IP_OR_LOOPBACK, List.of())),
            chain("external", source(SourceType.EXTERNAL, List.of())),
            chain("range", source(null, List.of(new CidrRange("10.0.0.0", 8)))));

    assertThat(table.match(between("127.0.0.1", "10.0.0.1"))).isEqualTo("local");
    assertThat(table.match(between("::1", "10.0.0.1"))).isEqualTo("local");
    assertThat(table.match(between("10.0.0.1", "10.0.0.1"))).isEqualTo("local");
    assertThat(table.match(between("127.0.0.2", "10.0.0.1"))).isEqualTo("external");
    // that it is in a range comes too late
    assertThat(table.match(between("10.0.0.2", "10.0.0.1"))).isEqualTo("external");
    assertThat(
            table(
                    chain("local", source(SourceType.SAME_IP_OR_LOOPBACK, List.of())),
                    chain("range", source(null, List.of(new CidrRange("10.0.0.0", 8)))))
                .match(between("10.0.0.2", "10.0.0.1")))
        .isEqualTo("range");
  }

  private static ChainMatch source(@Nullable SourceType type, List<CidrRange> ranges) {
    return new ChainMatch(
        null, List.of(), List.of(), null, List.of(), List.of(), type, ranges, List.of());
  }

  private static ConnectionAttributes between(String source, String destination) {
    InetSocketAddress peer = new InetSocketAddress(source, 4000);
    return new ConnectionAttributes(
        new InetSocketAddress(destination, 80),
        null,
        ConnectionAttributes.RAW_BUFFER,
        List.of(),
        peer,
        peer);
  }

  @Test
  void twoChainsForTheSameConnectionsAreRefused() {
    assertThatThrownBy(
            () ->
                table(
                    chain("one", destination("10.1.1.1", 8)),
                    chain("two", destination("10.0.0.0", 8))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"one\" and \"two\"");
  }

  @Test
  void aValueNamedTwiceIsOneCondition() {
    assertThat(
            table(chain("a", ChainMatch.serverNames(List.of("a.test", "A.test"))))
                .match(tls("a.test")))
        .isEqualTo("a");
  }

  private static ChainMatch destination(String address, int length) {
    return new ChainMatch(
        null,
        List.of(new CidrRange(address, length)),
        List.of(),
        null,
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }

  private static ChainMatch alpn(String protocol) {
    return new ChainMatch(
        null, List.of(), List.of(), null, List.of(protocol), List.of(), List.of(), List.of());
  }

  private static ConnectionAttributes tls(@Nullable String serverName) {
    return connection("127.0.0.1", serverName, ConnectionAttributes.TLS, List.of());
  }

  private static ConnectionAttributes to(String destination) {
    return connection(destination, null, ConnectionAttributes.RAW_BUFFER, List.of());
  }

  private static ConnectionAttributes from(int port, String source, int sourcePort) {
    InetSocketAddress peer = new InetSocketAddress(source, sourcePort);
    return new ConnectionAttributes(
        new InetSocketAddress("127.0.0.1", port),
        null,
        ConnectionAttributes.RAW_BUFFER,
        List.of(),
        peer,
        peer);
  }

  private static ConnectionAttributes connection(
      String destination, @Nullable String serverName, String transport, List<String> alpn) {
    InetSocketAddress peer = new InetSocketAddress("127.0.0.1", 40000);
    return new ConnectionAttributes(
        new InetSocketAddress(destination, 80), serverName, transport, alpn, peer, peer);
  }

  private static FilterChain chain(String name, ChainMatch match) {
    return new FilterChain(
        name,
        match,
        null,
        Duration.ZERO,
        new TcpProxy("s", new ClusterTarget.Single("c"), Duration.ZERO, 1));
  }

  private static ChainTable<String> table(FilterChain... chains) {
    return ChainTable.compile(Arrays.asList(chains), FilterChain::name);
  }
}
