package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.hostile.Pair.Row;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An endpoint says GOAWAY: only what it names as not processed is tried again. */
class GoAwayTest {
  private static final int FIRST = 3;
  private static final String ASKED = FIRST + " headers / ";
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  static Stream<Arguments> methods() {
    return Pair.times(
        Pair.toHttp2(),
        List.of(
            new Row("H39 GET", HttpMethod.GET, null),
            new Row("H39 POST", HttpMethod.POST, "body")));
  }

  private static RawHttp2 endpoint(Pair pair) {
    RawHttp2 endpoint =
        RawHttp2.server(pairs.mesh.outside, new Http2Settings(), pairs.endpoint(pair));
    pairs.direct(pair, endpoint.port());
    return endpoint;
  }

  private static Future<Reply> ask(Pair pair, RawHttp2 endpoint, HttpMethod method, String body) {
    Future<Reply> reply = pairs.client(pair).start(pairs.port(pair), method, "/", Map.of(), body);
    await("the request").until(() -> asked(endpoint) == 1);
    if (body != null) {
      await("its end").until(() -> endpoint.frames.stream().anyMatch(f -> f.endsWith(" end")));
    }
    return reply;
  }

  private static long asked(RawHttp2 endpoint) {
    return endpoint.frames.stream().filter(f -> (f + " ").startsWith(ASKED)).count();
  }

  private static void goAway(RawHttp2 endpoint, int last) {
    endpoint.write((w, c) -> w.writeGoAway(c, last, 0, Unpooled.EMPTY_BUFFER, c.newPromise()));
  }

  private static DefaultHttp2Headers ok() {
    return (DefaultHttp2Headers) new DefaultHttp2Headers(false).status("200");
  }

  @ParameterizedTest(name = "{0}: a stream above the last one is tried again")
  @MethodSource("methods")
  void above(String name, Pair pair, HttpMethod method, String body) {
    try (RawHttp2 endpoint = endpoint(pair)) {
      Future<Reply> reply = ask(pair, endpoint, method, body);
      goAway(endpoint, 0);

      await("the second try, on a connection of its own").until(() -> asked(endpoint) == 2);
      if (body != null) {
        await("the whole body")
            .until(
                () ->
                    endpoint.frames.stream().filter(f -> f.startsWith(FIRST + " data body")).count()
                        == 2);
      }
      endpoint.answer(FIRST, ok(), "again");
      assertThat(Client.await(reply).body()).isEqualTo("again");
    }
  }

  static Stream<Pair> toHttp2() {
    return Pair.toHttp2();
  }

  @ParameterizedTest(name = "H39 a stream up to the last one is answered where it is, {0}")
  @MethodSource("toHttp2")
  void upToTheLast(Pair pair) {
    try (RawHttp2 endpoint = endpoint(pair)) {
      Future<Reply> reply = ask(pair, endpoint, HttpMethod.GET, null);
      goAway(endpoint, FIRST);
      endpoint.answer(FIRST, ok(), "still");

      assertThat(Client.await(reply).body()).isEqualTo("still");
      await("the end of the connection").until(() -> endpoint.frames.contains("closed"));
      assertThat(asked(endpoint)).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "H39 a stream up to the last one that is lost is not tried again, {0}")
  @MethodSource("toHttp2")
  void lost(Pair pair) {
    try (RawHttp2 endpoint = endpoint(pair)) {
      Future<Reply> reply = ask(pair, endpoint, HttpMethod.GET, null);
      goAway(endpoint, FIRST);
      endpoint.write((w, c) -> c.close());

      assertThat(Client.await(reply).status()).isEqualTo(503);
      assertThat(pairs.mesh.telemetry.lines().getLast().flags()).isEqualTo("UC");
      assertThat(asked(endpoint)).isEqualTo(1);
    }
  }
}
