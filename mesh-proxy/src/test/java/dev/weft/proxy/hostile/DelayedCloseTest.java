package dev.weft.proxy.hostile;

import static dev.weft.proxy.hostile.MalformedHttp2Test.get;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client that did harm is told so, its work is cancelled, and it waits for the end. */
class DelayedCloseTest {
  @RegisterExtension static final PairMesh soon = new PairMesh(m -> after(m, Duration.ZERO));
  @RegisterExtension static final PairMesh late = new PairMesh(m -> after(m, Duration.ofHours(1)));

  private static final Predicate<String> GOAWAY = frame -> frame.startsWith("goaway");

  private static HttpConnectionManager after(HttpConnectionManager manager, Duration delay) {
    return HttpConnectionManagerBuilder.builder(manager).delayedCloseTimeout(delay).build();
  }

  private static void doHarm(RawHttp2 client) {
    client.ignoreStreamLimit();
    client.write(
        (w, c) -> {
          for (int i = 0; i < 101; i++) {
            w.writeHeaders(c, 5 + 2 * i, get("/unseen"), 0, true, c.newPromise());
            w.writeRstStream(c, 5 + 2 * i, 8, c.newPromise());
          }
        });
  }

  @Test
  void itsWorkEndsBeforeItsConnectionDoes() {
    RecordingUpstream upstream = late.upstream(Pair.H2_TO_H1);
    upstream.onEnd(
        arrival -> {
          if (arrival.path().equals("/healthy")) {
            arrival.answer(200, "ok");
          }
        });
    try (RawHttp2 client = late.http2(Pair.H2_TO_H1)) {
      client.request(3, get("/hang"), true);
      await("the request").until(() -> !upstream.arrivals().isEmpty());

      doHarm(client);

      await("the reason").until(() -> client.frames.stream().anyMatch(GOAWAY));
      await("the end of its work").until(() -> upstream.arrivals().getFirst().cut() != null);
      late.assertServes(Pair.H2_TO_H1);
      assertThat(client.frames).doesNotContain("closed");
    }
  }

  @Test
  void withoutADelayItsConnectionEndsAtOnce() {
    try (RawHttp2 client = soon.http2(Pair.H2_TO_H1)) {
      doHarm(client);

      await("the end").until(() -> client.frames.contains("closed"));
      assertThat(client.frames).anyMatch(GOAWAY);
    }
  }
}
