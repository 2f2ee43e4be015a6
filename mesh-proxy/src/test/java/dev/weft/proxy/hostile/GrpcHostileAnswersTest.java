package dev.weft.proxy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** H49: a gRPC caller gets a status, whatever the endpoint answers. */
class GrpcHostileAnswersTest {
  private static final Map<String, String> GRPC = Map.of("content-type", "application/grpc");
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  private static Client.Reply call(
      Pair pair, String path, Map<String, String> headers, String body) {
    return pairs.client(pair).call(pairs.port(pair), HttpMethod.POST, path, headers, body);
  }

  /** What an endpoint answers, and the status that the caller has to get. */
  enum Broken {
    ERROR_PAGE(
        "14",
        arrival -> {
          arrival.head(502, "content-type", "text/html");
          arrival.data("<html>bad gateway</html>", true);
        }),
    ERROR_PAGE_WITH_ITS_LENGTH("12", arrival -> arrival.answer(404, "not here")),
    PAGE_OF_A_LOGIN(
        "2",
        arrival -> {
          arrival.head(200, "content-type", "text/html");
          arrival.data("<html>who are you?</html>", true);
        }),
    PAGE_WITH_TRAILERS(
        "14",
        arrival -> {
          arrival.head(503, "content-type", "text/plain");
          arrival.data("no", false);
          arrival.trailers("x-sum", "1");
        }),
    NO_CONTENT_TYPE("16", arrival -> arrival.answer(401, "")),
    NO_TRAILERS(
        "13",
        arrival -> {
          arrival.head(200, "content-type", "application/grpc");
          arrival.data("", true);
        }),
    TRAILERS_WITHOUT_A_STATUS(
        "2",
        arrival -> {
          arrival.head(200, "content-type", "application/grpc+proto");
          arrival.trailers("x-sum", "1");
        });

    private final String status;
    private final Consumer<Arrival> answer;

    Broken(String status, Consumer<Arrival> answer) {
      this.status = status;
      this.answer = answer;
    }
  }

  static Stream<Arguments> broken() {
    return Pair.times(
        Pair.all(),
        Stream.of(Broken.values()).map(broken -> new Pair.Row("H49 " + broken, broken)).toList());
  }

  private static String status(Client.Reply reply) {
    String inHead = reply.header("grpc-status");
    return inHead == null ? reply.trailers().get("grpc-status") : inHead;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void anAnswerWithoutAStatusIsGivenOne(String name, Pair pair, Broken broken) {
    pairs.upstream(pair).onEnd(broken.answer);
    Client.Reply reply = call(pair, "/a.B/C", GRPC, "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("content-type")).startsWith("application/grpc");
    assertThat(status(reply)).isEqualTo(broken.status);
    assertThat(reply.body()).isEmpty();
  }

  @ParameterizedTest(name = "H49 {0}")
  @EnumSource
  void h49MessagesBeforeAMissingStatusArrive(Pair pair) {
    pairs
        .upstream(pair)
        .onEnd(
            arrival -> {
              arrival.head(200, "content-type", "application/grpc");
              arrival.data("message", true);
            });
    Client.Reply reply = call(pair, "/a.B/C", GRPC, "");

    assertThat(reply.body()).isEqualTo("message");
    assertThat(reply.trailers().get("grpc-status")).isEqualTo("13");
  }

  @ParameterizedTest(name = "H49 {0}")
  @EnumSource
  void h49WhatIsNotGrpcKeepsItsPage(Pair pair) {
    pairs.upstream(pair).onEnd(arrival -> arrival.answer(502, "<html>"));
    Client.Reply reply = call(pair, "/page", Map.of("content-type", "application/grpc-web"), "");

    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.body()).isEqualTo("<html>");
  }
}
