package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.xds.model.SentProxyHeader;
import dev.weft.xds.model.Tlv;
import io.netty.buffer.ByteBuf;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The PROXY header that a connection to an endpoint begins with (haproxy.org, "The PROXY
 * protocol").
 *
 * @param header what it says besides addresses
 * @param client whose requests, or bytes, the connection is for; null where it is for all, or the
 *     proxy's own, as those of health checks are
 */
public record Preface(SentProxyHeader header, @Nullable Client client) {
  private static final byte[] SIGNATURE = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
  };
  private static final int PROXY = 0x21;
  private static final int LOCAL = 0x20;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final int MOST = 0xffff;

  /** The bytes of a type and a length. */
  private static final int TLV_HEAD = 3;

  /**
   * A client's connection: who it comes from, and where it leads to.
   *
   * @param tlvs what its own header said besides, as far as it goes on
   */
  public record Client(InetSocketAddress source, InetSocketAddress destination, List<Tlv> tlvs) {}

  /** The same for a connection that is this client's alone. */
  Preface of(ConnectionInfo connection) {
    return new Preface(
        header, new Client(connection.remote(), connection.local(), passed(connection.tlvs())));
  }

  /** What of a client's header goes on: not that in whose place other things are said. */
  private List<Tlv> passed(List<Tlv> told) {
    if (told.isEmpty()) {
      return told;
    }
    List<Tlv> passed = new ArrayList<>();
    for (Tlv tlv : told) {
      if (header.passed().has(tlv.type()) && !header.adds(tlv.type())) {
        passed.add(tlv);
      }
    }
    return passed;
  }

  /** The same for nobody in particular. */
  Preface ofNobody() {
    return client == null ? this : new Preface(header, null);
  }

  /**
   * Writes the header.
   *
   * @param local this end of the connection
   * @param remote its other end
   */
  void write(ByteBuf out, InetSocketAddress local, InetSocketAddress remote) {
    switch (header.version()) {
      case V1 -> text(out, client == null ? new Client(local, remote, List.of()) : client);
      case V2 -> binary(out);
    }
  }

  private static boolean isFour(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }

  /** Whether a header can say it: both addresses are of one kind. */
  private static boolean isTold(Client client) {
    return isFour(client.source()) == isFour(client.destination());
  }

  private static void text(ByteBuf out, Client client) {
    String line =
        isTold(client)
            ? "PROXY "
                + (isFour(client.source()) ? "TCP4 " : "TCP6 ")
                + AddressText.of(client.source().getAddress())
                + " "
                + AddressText.of(client.destination().getAddress())
                + " "
                + client.source().getPort()
                + " "
                + client.destination().getPort()
                + "\r\n"
            : "PROXY UNKNOWN\r\n";
    out.writeCharSequence(line, StandardCharsets.US_ASCII);
  }

  private void binary(ByteBuf out) {
    out.writeBytes(SIGNATURE);
    if (client == null || !isTold(client)) {
      out.writeByte(LOCAL).writeByte(0).writeShort(0);
      return;
    }
    byte[] source = client.source().getAddress().getAddress();
    byte[] destination = client.destination().getAddress().getAddress();
    out.writeByte(PROXY)
        .writeByte(isFour(client.source()) ? TCP4 : TCP6)
        .writeShort(0)
        .writeBytes(source)
        .writeBytes(destination)
        .writeShort(client.source().getPort())
        .writeShort(client.destination().getPort());
    int begin = out.writerIndex() - 2 * source.length - 4;
    write(out, header.added(), begin);
    write(out, client.tlvs(), begin);
    out.setShort(begin - 2, out.writerIndex() - begin);
  }

  /** Writes those that fit into what a header can have. */
  private static void write(ByteBuf out, List<Tlv> tlvs, int begin) {
    for (Tlv tlv : tlvs) {
      int length = tlv.value().length();
      if (out.writerIndex() - begin + TLV_HEAD + length <= MOST) {
        out.writeByte(tlv.type()).writeShort(length);
        out.writeCharSequence(tlv.value(), StandardCharsets.ISO_8859_1);
      }
    }
  }
}
