package dev.weft.proxy.filter.longstreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.tls.PeerIdentity;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** By what callers are told apart. */
class CallerNameTest {
  private static final AsciiString HEADER = AsciiString.of("x-caller");
  private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.1", 4000);
  private static final String WEB = "spiffe://weft.local/ns/shop/sa/web";

  private final Http2Headers request = new DefaultHttp2Headers();

  private static PeerIdentity peer(String... uris) {
    return new PeerIdentity(List.of(uris), List.of("a.test"), "CN=a", "00", List.of(), null);
  }

  @Test
  void whatACertificateProvesCountsFirst() {
    request.set(HEADER, "somebody else");

    assertThat(CallerName.of(peer(WEB), HEADER, request, CLIENT)).isEqualTo("uri " + WEB);
  }

  @Test
  void thenWhatTheHeaderSays() {
    request.set(HEADER, WEB);

    assertThat(CallerName.of(null, HEADER, request, CLIENT)).isEqualTo("header " + WEB);
    assertThat(CallerName.of(peer(), HEADER, request, CLIENT)).isEqualTo("header " + WEB);
  }

  @Test
  void thenTheAddress() {
    assertThat(CallerName.of(null, HEADER, request, CLIENT)).isEqualTo("address 127.0.0.1");
    request.set(HEADER, "");
    assertThat(CallerName.of(null, HEADER, request, CLIENT)).isEqualTo("address 127.0.0.1");
    request.set(HEADER, "a");
    assertThat(CallerName.of(null, AsciiString.EMPTY_STRING, request, CLIENT))
        .isEqualTo("address 127.0.0.1");
  }
}
