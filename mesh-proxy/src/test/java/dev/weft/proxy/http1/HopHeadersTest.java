package dev.weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;

class HopHeadersTest {
  @Test
  void whatConnectionNominatesGoesToo() {
    Http2Headers headers =
        new DefaultHttp2Headers(false)
            .path("/")
            .add("connection", "X-Forwarded-Client-Cert, close")
            .add("connection", " x-secret ")
            .add("keep-alive", "timeout=5")
            .add("proxy-connection", "keep-alive")
            .add("upgrade", "h2c")
            .add("x-forwarded-client-cert", "forged")
            .add("x-secret", "1")
            .add("x-kept", "1");

    HopHeaders.remove(headers);

    assertThat(headers.names()).extracting(CharSequence::toString).containsOnly(":path", "x-kept");
  }

  @Test
  void theWillToTakeTrailersStays() {
    Http2Headers headers =
        new DefaultHttp2Headers(false).add("te", "deflate, Trailers").add("connection", "te");

    HopHeaders.remove(headers);

    assertThat(headers.get("te")).hasToString("trailers");
    assertThat(headers.size()).isEqualTo(1);
  }

  @Test
  void otherCodingsDoNot() {
    Http2Headers headers = new DefaultHttp2Headers(false).add("te", "gzip");

    HopHeaders.remove(headers);

    assertThat(headers.isEmpty()).isTrue();
  }
}
