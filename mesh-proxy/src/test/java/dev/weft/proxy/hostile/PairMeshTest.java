package dev.weft.proxy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is well formed passes through every pair, and the endpoints write down what came. */
class PairMeshTest {
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aRequestArrivesAsItWasSent(Pair pair) {
    Client.Reply reply =
        pairs
            .client(pair)
            .call(pairs.port(pair), HttpMethod.POST, "/path?x=y", Map.of("a", "b"), "text");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("ok");
    Arrival arrived = pairs.upstream(pair).arrival("/path?x=y");
    assertThat(arrived.method()).isEqualTo("POST");
    assertThat(arrived.header("a")).isEqualTo("b");
    assertThat(arrived.header("x-forwarded-proto")).isEqualTo(pair.mtls ? "https" : "http");
    assertThat(arrived.body()).isEqualTo("text");
    assertThat(arrived.complete()).isTrue();
    assertThat(arrived.cut()).isNull();
  }
}
