package dev.weft.proxy.listener;

import dev.weft.proxy.listener.ClientHello.MalformedException;
import dev.weft.proxy.tls.ClientOffer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/** Reads from a ClientHello which certificates its client can use. */
final class ClientOffers {
  private static final int SERVER_NAME = 0;
  private static final int SUPPORTED_GROUPS = 10;
  private static final int SIGNATURE_ALGORITHMS = 13;
  private static final int SUPPORTED_VERSIONS = 43;

  private ClientOffers() {}

  /**
   * @param message whole, with its header
   */
  static ClientOffer read(ByteBuf message) throws MalformedException {
    ClientHello.skipToSuites(message);
    Set<String> suites = suites(ClientHello.slice(message, ClientHello.length(message, 2)));
    ClientHello.slice(message, ClientHello.length(message, 1));
    String name = "";
    boolean versions = false;
    int signatures = 0;
    int groups = 0;
    if (message.isReadable()) {
      ByteBuf extensions = ClientHello.slice(message, ClientHello.length(message, 2));
      while (extensions.isReadable()) {
        int type = ClientHello.length(extensions, 2);
        ByteBuf body = ClientHello.slice(extensions, ClientHello.length(extensions, 2));
        switch (type) {
          case SERVER_NAME -> {
            ByteBuf sent = ClientHello.serverName(body);
            name = sent == null ? "" : sent.toString(StandardCharsets.ISO_8859_1);
          }
          case SUPPORTED_VERSIONS -> versions = true;
          case SIGNATURE_ALGORITHMS -> signatures = curves(body, ClientOffer::curveOfAlgorithm);
          case SUPPORTED_GROUPS -> groups = curves(body, ClientOffer::curveOfGroup);
          default -> {}
        }
      }
    }
    return new ClientOffer(name, versions, signatures, groups, suites);
  }

  private static Set<String> suites(ByteBuf codes) {
    Set<String> found = new HashSet<>();
    while (codes.readableBytes() >= 2) {
      String suite = ClientOffer.ecdsaSuite(codes.readUnsignedShort());
      if (!suite.isEmpty()) {
        found.add(suite);
      }
    }
    return found;
  }

  private static int curves(ByteBuf body, IntUnaryOperator curve) throws MalformedException {
    ByteBuf codes = ClientHello.slice(body, ClientHello.length(body, 2));
    int found = 0;
    while (codes.readableBytes() >= 2) {
      found |= curve.applyAsInt(codes.readUnsignedShort());
    }
    return found;
  }
}
