package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that keep to the letter of HTTP/2 and wear the proxy down: they are cut off. */
@ExtendWith(LeakWatch.class)
class Http2AbuseTest {
  private static final int STREAMS = 1500;

  private final AtomicInteger working = new AtomicInteger();
  private Mesh mesh;
  private RawHttp2 client;

  @BeforeEach
  void start() {
    mesh = new Mesh();
    Backend backend =
        Backend.start(
            mesh.outside,
            request -> {
              if (request.path().equals("/hang")) {
                working.incrementAndGet();
                request.response().exceptionHandler(gone -> working.decrementAndGet());
              } else {
                request.response().end("ok");
              }
            });
    mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP2, backend.port())));
    client = RawHttp2.client(mesh.outside, mesh.port());
    await().until(() -> client.frames.contains("settings"));
  }

  @AfterEach
  void stop() {
    client.close();
    mesh.close();
  }

  private static Http2Headers get(String path) {
    return new DefaultHttp2Headers(false).method("GET").scheme("http").path(path).authority("a");
  }

  private void assertCutOff() {
    await().until(() -> client.frames.contains("closed"));
    await().until(() -> working.get() == 0);
    // Others are served on.
    assertThat(mesh.h2.get(mesh.port(), "/").status()).isEqualTo(200);
  }

  @Test
  void h24ResetsThatAClientProvokesCountLikeItsOwn() {
    client.ignoreStreamLimit();
    client.write(
        (w, c) -> {
          for (int stream = 3; stream < 3 + 2 * STREAMS; stream += 2) {
            w.writeHeaders(c, stream, get("/hang"), 0, true, c.newPromise());
            // An increment that overflows the window, so that we have to reset the stream.
            w.writeWindowUpdate(c, stream, Integer.MAX_VALUE, c.newPromise());
          }
        });

    assertCutOff();
  }

  @Test
  void h30AFloodOfPrioritiesEndsTheConnection() {
    client.write(
        (w, c) -> {
          for (int i = 0; i < 5_000; i++) {
            w.writePriority(c, 3, 5, (short) 16, false, c.newPromise());
          }
        });

    assertCutOff();
  }

  @Test
  void h25ATinyLimitOfHeadersProvokesNoResets() {
    client.write(
        (w, c) -> w.writeSettings(c, new Http2Settings().maxHeaderListSize(1), c.newPromise()));
    client.request(3, get("/"), true);

    // The limit is advice (RFC 9113, section 6.5.2): the answer goes out all the same.
    await().until(() -> client.frames.contains("3 data ok end"));
    assertThat(client.frames).noneMatch(f -> f.startsWith("3 reset"));
  }
}
