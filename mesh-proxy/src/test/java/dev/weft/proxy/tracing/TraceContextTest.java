package dev.weft.proxy.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private static TraceContext read(String parent) {
    return TraceContext.read(new DefaultHttp2Headers(false).add("traceparent", parent));
  }

  @Test
  void aPlaceInATrace() {
    TraceContext context = read(GOOD);

    assertThat(context.trace()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(context.span()).isEqualTo(0xb7ad6b7169203331L);
    assertThat(context.sampled()).isTrue();
    assertThat(context.state()).isEmpty();
  }

  @Test
  void nothingIsSaid() {
    assertThat(TraceContext.read(new DefaultHttp2Headers(false).add("tracestate", "a=b"))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333é-01",
      })
  void whatIsNone(String parent) {
    assertThat(read(parent)).isEqualTo(TraceContext.UNREADABLE);
  }

  /** What is written is read as it was. */
  @Test
  void headersCarryAll() {
    SplittableRandom random = new SplittableRandom(11);
    for (int run = 0; run < 20_000; run++) {
      TraceContext context =
          new TraceContext(
              RequestTracer.id(random),
              random.nextLong(),
              RequestTracer.id(random),
              random.nextBoolean(),
              random.nextBoolean() ? "" : "a=" + random.nextInt());
      Http2Headers request = new DefaultHttp2Headers(false).add("traceparent", GOOD);
      context.write(request);

      assertThat(TraceContext.read(request)).isEqualTo(context);
    }
  }

  /** Whatever stands there, it is a place or it is none. */
  @Test
  void nothingIsThrown() {
    SplittableRandom random = new SplittableRandom(12);
    int places = 0;
    for (int run = 0; run < 20_000; run++) {
      StringBuilder text = new StringBuilder(GOOD);
      for (int i = random.nextInt(3); i > 0; i--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(300));
      }
      text.setLength(random.nextInt(8) == 0 ? random.nextInt(text.length()) : text.length());
      places += read(text.toString()).equals(TraceContext.UNREADABLE) ? 0 : 1;
    }
    assertThat(places).isBetween(1_000, 19_000);
  }
}
