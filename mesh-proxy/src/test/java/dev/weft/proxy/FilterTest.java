package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.HttpFilterConfig;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Filters see requests in order and responses in reverse, may wait, and may answer. */
class FilterTest {
  private record Named(String name) implements HttpFilterConfig {}

  private final List<String> events = new CopyOnWriteArrayList<>();
  private final Mesh mesh =
      new Mesh((config, routes, site) -> context -> new Recorder(config.name(), context));

  /** Notes what passes; a request may ask it to wait or to answer. */
  private final class Recorder implements HttpFilter {
    private final String name;
    private final FilterContext context;

    Recorder(String name, FilterContext context) {
      this.name = name;
      this.context = context;
    }

    @Override
    public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
      events.add(name + " request");
      CharSequence wish = headers.get(name);
      if (wish == null) {
        return Verdict.CONTINUE;
      }
      return switch (wish.toString()) {
        case "deny" -> new Verdict.Reply(403, "not for you", "denied");
        case "deny-later" -> {
          context
              .loop()
              .schedule(
                  () -> context.reply(new Verdict.Reply(401, "still not", "denied")),
                  5,
                  TimeUnit.MILLISECONDS);
          yield Verdict.PAUSE;
        }
        default -> later();
      };
    }

    private Verdict later() {
      context.loop().schedule(context::resume, 20, TimeUnit.MILLISECONDS);
      return Verdict.PAUSE;
    }

    @Override
    public Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
      events.add(name + " response");
      headers.set("seen-by-" + name, "yes");
      return headers.contains("wait-" + name) ? later() : Verdict.CONTINUE;
    }

    @Override
    public void onComplete() {
      events.add(name + " complete");
    }
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private void serve(Backend backend) {
    HttpConnectionManager filtered =
        HttpConnectionManagerBuilder.builder(Configs.manager("in", "routes"))
            .filters(List.of(new Named("first"), new Named("second")))
            .build();
    mesh.apply(
        config(
            List.of(listener("in", List.of(), chain("", ChainMatch.ANY, null, filtered))),
            all("c"),
            cluster("c", UpstreamProtocol.HTTP2, backend.port())));
  }

  private Backend echo() {
    return Backend.start(
        mesh.outside,
        request ->
            request
                .body()
                .onSuccess(body -> request.response().putHeader("wait-second", "1").end(body)));
  }

  @Test
  void requestsInOrderResponsesInReverse() {
    serve(echo());
    Client.Reply reply = mesh.h1.post(mesh.port(), "/", "hello");
    assertThat(reply.body()).isEqualTo("hello");
    assertThat(reply.header("seen-by-first")).isEqualTo("yes");
    await().until(() -> events.size() == 6);
    assertThat(events)
        .containsExactly(
            "first request",
            "second request",
            "second response",
            "first response",
            "first complete",
            "second complete");
  }

  @Test
  void aBodyWaitsForAFilterThatWaits() {
    serve(echo());
    String large = "0123456789".repeat(200_000);
    for (Client client : List.of(mesh.h1, mesh.h2)) {
      Client.Reply reply =
          client.call(
              mesh.port(),
              io.vertx.core.http.HttpMethod.POST,
              "/",
              Map.of("first", "wait", "second", "wait"),
              large);
      assertThat(reply.body()).isEqualTo(large);
    }
  }

  @Test
  void aFilterAnswersAtOnceOrLater() {
    Backend backend = echo();
    serve(backend);
    Client.Reply denied = mesh.h2.get(mesh.port(), "/", Map.of("first", "deny"));
    assertThat(denied.status()).isEqualTo(403);
    assertThat(denied.body()).isEqualTo("not for you");
    Client.Reply later = mesh.h1.get(mesh.port(), "/", Map.of("second", "deny-later"));
    assertThat(later.status()).isEqualTo(401);
    assertThat(backend.requests()).isZero();
    await().until(() -> mesh.telemetry.lines().size() == 2);
    assertThat(mesh.telemetry.lines().getFirst().details()).isEqualTo("denied");
  }
}
