package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;

/** Two ends of TLS without a socket between. */
final class EngineHandshake {
  private EngineHandshake() {}

  /** A handshake, a byte each way and a close; what the server sent first, in hexadecimal. */
  static String run(SSLEngine client, SSLEngine server) throws SSLException {
    client.setUseClientMode(true);
    ByteBuffer toServer = ByteBuffer.allocate(64 * 1024);
    ByteBuffer toClient = ByteBuffer.allocate(64 * 1024);
    String first = "";
    for (int i = 0; i < 20; i++) {
      step(client, toServer, toClient);
      step(server, toClient, toServer);
      if (first.isEmpty() && toClient.position() > 0) {
        first = HexFormat.of().formatHex(toClient.array(), 0, toClient.position());
      }
    }
    assertThat(client.getHandshakeStatus())
        .isEqualTo(SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING);
    client.closeOutbound();
    for (int i = 0; i < 4; i++) {
      step(client, toServer, toClient);
      step(server, toClient, toServer);
    }
    ReferenceCountUtil.release(server);
    ReferenceCountUtil.release(client);
    return first;
  }

  private static void step(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
    ByteBuffer plain = ByteBuffer.allocate(64 * 1024);
    in.flip();
    SSLEngineResult read;
    do {
      read = engine.unwrap(in, plain);
      for (Runnable task = engine.getDelegatedTask(); task != null; ) {
        task.run();
        task = engine.getDelegatedTask();
      }
    } while (read.bytesConsumed() > 0 && in.hasRemaining());
    in.compact();
    SSLEngineResult written;
    do {
      written = engine.wrap(ByteBuffer.allocate(0), out);
      for (Runnable task = engine.getDelegatedTask(); task != null; ) {
        task.run();
        task = engine.getDelegatedTask();
      }
    } while (written.bytesProduced() > 0);
  }
}
