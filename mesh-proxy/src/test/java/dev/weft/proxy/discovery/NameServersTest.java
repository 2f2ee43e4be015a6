package dev.weft.proxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.config.DnsEndpoints.TimedAnswer;
import dev.weft.proxy.testkit.NameServer;
import dev.weft.xds.model.SocketAddress;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a real name server, on a port of the loopback interface, is asked and answers. */
class NameServersTest {
  private final NameServer server = new NameServer();
  private final NameServers names =
      new NameServers(() -> new SingletonDnsServerAddressStreamProvider(server.address()));

  @AfterEach
  void stop() {
    names.close();
    server.close();
  }

  @Test
  void anAnswerIsGoodForTheShortestTimeThatItsRecordsSay() throws Exception {
    server.address("app.test.", "10.0.0.1", 60);
    server.address("app.test.", "10.0.0.2", 30);
    server.address("app.test.", "fd00::1", 90);
    TimedAnswer answer = names.ask("app.test", List.of());
    assertThat(answer.addresses())
        .containsExactlyInAnyOrder(
            InetAddress.ofLiteral("10.0.0.1"),
            InetAddress.ofLiteral("10.0.0.2"),
            InetAddress.ofLiteral("fd00::1"));
    assertThat(answer.seconds()).isEqualTo(30);
  }

  @Test
  void anAliasIsGoodForAWhileToo() throws Exception {
    server.alias("app.test.", "host.test", 7);
    server.address("host.test.", "10.0.0.1", 60);
    TimedAnswer answer = names.ask("app.test", List.of());
    assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("10.0.0.1"));
    assertThat(answer.seconds()).isEqualTo(7);
  }

  @Test
  void everyAnswerIsAskedForAnew() throws Exception {
    server.address("app.test.", "10.0.0.1", 3600);
    names.ask("app.test", List.of());
    server.forget();
    server.address("app.test.", "10.0.0.2", 5);
    TimedAnswer answer = names.ask("app.test", List.of());
    assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("10.0.0.2"));
    assertThat(answer.seconds()).isEqualTo(5);
  }

  @Test
  void othersThanTheSystemsAreAskedWhereThatIsSaid() throws Exception {
    server.address("app.test.", "10.0.0.1", 60);
    try (NameServer other = new NameServer()) {
      other.address("app.test.", "10.0.0.9", 5);
      SocketAddress said = new SocketAddress("127.0.0.1", other.address().getPort());
      TimedAnswer answer = names.ask("app.test", List.of(said));
      assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("10.0.0.9"));
    }
    assertThat(server.queries()).isZero();
  }

  @Test
  void anAddressIsItsOwnName() throws Exception {
    TimedAnswer answer = names.ask("10.1.2.3", List.of());
    assertThat(answer.addresses()).containsExactly(InetAddress.ofLiteral("10.1.2.3"));
    assertThat(answer.seconds()).isZero();
  }

  @Test
  void aNameThatThereIsNotIsUnknown() {
    assertThatThrownBy(() -> names.ask("none.test", List.of()))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining("none.test");
  }
}
