package dev.weft.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.SplittableRandom;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** Hellos as the JDK writes them, cut, spread and broken. */
class ClientHelloTest {
  private static byte[] hello(String name, String... alpn)
      throws NoSuchAlgorithmException, SSLException {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    if (name != null) {
      parameters.setServerNames(List.of(new SNIHostName(name)));
    }
    parameters.setApplicationProtocols(alpn);
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(20_000);
    engine.wrap(ByteBuffer.allocate(0), out);
    out.flip();
    byte[] bytes = new byte[out.remaining()];
    out.get(bytes);
    return bytes;
  }

  private static ClientHello.Outcome parse(byte[] bytes, int length) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
    ClientHello.Outcome outcome = ClientHello.parse(in);
    assertThat(in.readableBytes()).isEqualTo(length);
    return outcome;
  }

  @Test
  void saysWhatIsAskedForHoweverItIsCut() throws Exception {
    byte[] bytes = hello("Grpc.Cart.Shop.weft.local", "h2", "http/1.1");
    for (int cut = 0; cut < bytes.length; cut++) {
      assertThat(parse(bytes, cut)).isInstanceOf(ClientHello.Incomplete.class);
    }
    assertThat(parse(bytes, bytes.length))
        .isEqualTo(new ClientHello.Hello("grpc.cart.shop.weft.local", List.of("h2", "http/1.1")));
    assertThat(parse(hello(null), hello(null).length))
        .isEqualTo(new ClientHello.Hello(null, List.of()));
  }

  @Test
  void isReadFromManyRecords() throws Exception {
    byte[] bytes = hello("cart.test", "h2");
    ByteBuf spread = Unpooled.buffer();
    for (int at = 5; at < bytes.length; at += 7) {
      int size = Math.min(7, bytes.length - at);
      spread.writeBytes(bytes, 0, 3).writeShort(size).writeBytes(bytes, at, size);
    }
    assertThat(ClientHello.parse(spread))
        .isEqualTo(new ClientHello.Hello("cart.test", List.of("h2")));
  }

  @Test
  void plaintextIsKnownByItsFirstBytes() {
    assertThat(parse("GET / HTTP/1.1".getBytes(), 1)).isEqualTo(new ClientHello.Plaintext());
    assertThat(parse(new byte[] {22, 9}, 2)).isEqualTo(new ClientHello.Plaintext());
  }

  @Test
  void noBytesBreakIt() throws Exception {
    byte[] good = hello("cart.test", "h2");
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = good.clone();
      for (int n = random.nextInt(1, 6); n > 0; n--) {
        bytes[random.nextInt(3, bytes.length)] = (byte) random.nextInt();
      }
      assertThat(parse(bytes, bytes.length)).isNotNull();
    }
    byte[] endless = new byte[ClientHello.MAX_BYTES + 100];
    endless[0] = 22;
    endless[1] = 3;
    endless[3] = (byte) 0xff;
    endless[4] = (byte) 0xff;
    endless[5] = 1;
    endless[6] = 1;
    assertThat(parse(endless, endless.length)).isInstanceOf(ClientHello.Broken.class);
  }
}
