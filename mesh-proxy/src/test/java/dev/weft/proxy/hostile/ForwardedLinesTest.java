package dev.weft.proxy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.xds.model.HttpConnectionManager.ForwardClientCert;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What earlier proxies said of the client on several lines keeps its order, with our own last: who
 * reads it trusts the nearest.
 */
class ForwardedLinesTest {
  @RegisterExtension
  static final PairMesh pairs =
      new PairMesh(
          manager ->
              HttpConnectionManagerBuilder.builder(manager)
                  .useRemoteAddress(true)
                  .forwardClientCert(ForwardClientCert.APPEND_FORWARD)
                  .build());

  static Stream<Pair> certified() {
    return Pair.fromHttp1().filter(pair -> pair.mtls);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("certified")
  void theNearestProxyIsTheLast(Pair pair) throws IOException {
    try (RawClient client = pairs.http1(pair)) {
      client.send(
          "GET /lines HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 192.0.2.1\r\n"
              + "X-Forwarded-Client-Cert: Hash=aa\r\nX-Forwarded-For: 192.0.2.2\r\n"
              + "X-Forwarded-Client-Cert: Hash=bb\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }
    Arrival arrived = pairs.upstream(pair).arrival("/lines");
    assertThat(arrived.headers("x-forwarded-for")).hasSize(1);
    assertThat(arrived.header("x-forwarded-for")).startsWith("192.0.2.1,192.0.2.2,");
    assertThat(arrived.headers("x-forwarded-client-cert")).hasSize(1);
    assertThat(arrived.header("x-forwarded-client-cert")).startsWith("Hash=aa,Hash=bb,By=");
  }
}
