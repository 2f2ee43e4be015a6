package dev.weft.proxy.listener;

import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.ProxyHeaders;
import dev.weft.xds.model.Tlv;
import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the header of the PROXY protocol that a connection begins with (haproxy.org, "The PROXY
 * protocol", versions 1 and 2), as Envoy does. It looks at the bytes, and leaves them where they
 * are; what it says of some bytes it says of them and all that follow, once it is sure.
 */
final class ProxyHeader {
  private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BINARY = {
    '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
  };

  private static final String BLANKS = " \t\n\u000b\f\r";

  /** So many bytes a header of version 1 may have, its end included. */
  static final int MAX_LINE = 108;

  /** The fixed part of version 2. With less than this nobody is told that it has no header. */
  static final int FIXED = 16;

  private static final int LOCAL = 0;
  private static final int PROXY = 1;
  private static final int INET = 1;
  private static final int INET6 = 2;

  private ProxyHeader() {}

  /** What the bytes are. */
  sealed interface Outcome {}

  /** Not enough of them yet. */
  record Incomplete() implements Outcome {}

  /** There is no header, which is allowed. */
  record Absent() implements Outcome {}

  /**
   * No connection that may go on.
   *
   * @param version of the header; null where there is none
   */
  record Broken(@Nullable ProxyHeaderVersion version, String problem) implements Outcome {}

  /** A header of a version that is not taken. */
  record Disallowed(ProxyHeaderVersion version) implements Outcome {}

  /**
   * A header.
   *
   * @param length its bytes
   * @param source whose connection it is; null where it is that of the peer itself, or the peer
   *     does not know
   * @param destination where that led to; null as the source is
   * @param tlvs what is kept of the rest
   * @param notes what is noted of it, by namespaces
   */
  record Found(
      ProxyHeaderVersion version,
      int length,
      @Nullable InetSocketAddress source,
      @Nullable InetSocketAddress destination,
      List<Tlv> tlvs,
      Map<String, ?> notes)
      implements Outcome {}

  private static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String problem) {
      super(problem, null, false, false);
    }
  }

  /** Looks at the readable bytes, without consuming them. */
  static Outcome parse(ByteBuf in, ProxyHeaders allowed) {
    int readable = in.readableBytes();
    boolean text = begins(in, TEXT, readable);
    boolean binary = begins(in, BINARY, readable);
    if (allowed.optional()
        && !(text && allowed.versions().contains(ProxyHeaderVersion.V1))
        && !(binary && allowed.versions().contains(ProxyHeaderVersion.V2))) {
      return new Absent();
    }
    ProxyHeaderVersion version = null;
    try {
      if (binary && readable >= BINARY.length) {
        version = ProxyHeaderVersion.V2;
        return allowed.versions().contains(version)
            ? binary(in, readable, allowed)
            : new Disallowed(version);
      }
      if (text && readable >= TEXT.length) {
        version = ProxyHeaderVersion.V1;
        return allowed.versions().contains(version) ? text(in, readable) : new Disallowed(version);
      }
      if (readable >= FIXED || endsLine(in, readable)) {
        throw new MalformedException("no PROXY header");
      }
      return new Incomplete();
    } catch (MalformedException e) {
      return new Broken(version, String.valueOf(e.getMessage()));
    }
  }

  private static boolean begins(ByteBuf in, byte[] signature, int readable) {
    int start = in.readerIndex();
    for (int i = 0; i < Math.min(readable, signature.length); i++) {
      if (in.getByte(start + i) != signature[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether a line has ended that is not the first of version 2. */
  private static boolean endsLine(ByteBuf in, int readable) {
    int end = lineEnd(in, readable);
    return end > 2;
  }

  /** How many bytes the first line has, its end included; -1 while it has none. */
  private static int lineEnd(ByteBuf in, int limit) {
    int start = in.readerIndex();
    for (int i = 1; i < limit; i++) {
      if (in.getByte(start + i) == '\n' && in.getByte(start + i - 1) == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private static Outcome text(ByteBuf in, int readable) throws MalformedException {
    int end = lineEnd(in, Math.min(readable, MAX_LINE));
    if (end < 0) {
      if (readable > MAX_LINE) {
        throw new MalformedException("a line of more than " + MAX_LINE + " bytes");
      }
      return new Incomplete();
    }
    String[] parts = line(in, end).split(" ", -1);
    if (parts.length > 1 && parts[1].equals("UNKNOWN")) {
      return new Found(ProxyHeaderVersion.V1, end, null, null, List.of(), Map.of());
    }
    if (parts.length != 6) {
      throw new MalformedException("a line of " + parts.length + " parts");
    }
    boolean four = parts[1].equals("TCP4");
    if (!four && !parts[1].equals("TCP6")) {
      throw new MalformedException("a protocol other than TCP4, TCP6 and UNKNOWN");
    }
    return found(
        ProxyHeaderVersion.V1,
        end,
        new InetSocketAddress(address(parts[2], four), port(parts[4])),
        new InetSocketAddress(address(parts[3], four), port(parts[5])),
        List.of(),
        Map.of());
  }

  /** The first so many bytes without the blanks at their end. */
  private static String line(ByteBuf in, int length) {
    int end = length;
    while (end > 0 && BLANKS.indexOf(in.getByte(in.readerIndex() + end - 1)) >= 0) {
      end--;
    }
    return in.toString(in.readerIndex(), end, StandardCharsets.ISO_8859_1);
  }

  private static InetAddress address(String text, boolean four) throws MalformedException {
    byte[] bytes = literal(text, four);
    if (bytes == null || bytes.length != (four ? 4 : 16)) {
      throw new MalformedException("an address that is none");
    }
    return address(bytes);
  }

  /** The bytes of an address as inet_pton takes it: without zones, brackets and leading zeros. */
  private static byte @Nullable [] literal(String text, boolean four) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '.' && Character.digit(c, four ? 10 : 16) < 0 && (four || c != ':')) {
        return null;
      }
    }
    if (four && Arrays.stream(text.split("\\.", -1)).anyMatch(ProxyHeader::hasLeadingZero)) {
      return null;
    }
    return NetUtil.createByteArrayFromIpAddressString(text);
  }

  private static boolean hasLeadingZero(String octet) {
    return octet.length() > 1 && octet.charAt(0) == '0';
  }

  private static InetAddress address(byte[] bytes) throws MalformedException {
    try {
      // One of IPv6 that maps one of IPv4 stays what it is.
      return bytes.length == 4
          ? InetAddress.getByAddress(bytes)
          : Inet6Address.getByAddress(null, bytes, -1);
    } catch (UnknownHostException e) {
      throw new MalformedException("an address that is none");
    }
  }

  private static int port(String text) throws MalformedException {
    int from = text.startsWith("+") ? 1 : 0;
    int port = 0;
    if (text.length() == from) {
      throw new MalformedException("a port that is none");
    }
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      port = port * 10 + (c - '0');
      if (c < '0' || c > '9' || port > 0xffff) {
        throw new MalformedException("a port that is none");
      }
    }
    return port;
  }

  private static Outcome binary(ByteBuf in, int readable, ProxyHeaders allowed)
      throws MalformedException {
    if (readable < FIXED) {
      return new Incomplete();
    }
    int start = in.readerIndex();
    int command = in.getUnsignedByte(start + 12);
    int family = in.getUnsignedByte(start + 13);
    int length = in.getUnsignedShort(start + 14);
    if (command >> 4 != 2) {
      throw new MalformedException("version " + (command >> 4));
    }
    int addresses = addresses(command & 0xf, family);
    if (length < addresses) {
      throw new MalformedException("addresses of " + length + " bytes");
    }
    if (readable < FIXED + length) {
      return new Incomplete();
    }
    if (addresses == 0) {
      return new Found(ProxyHeaderVersion.V2, FIXED + length, null, null, List.of(), Map.of());
    }
    TlvReader tlvs = new TlvReader(allowed);
    tlvs(in, start + FIXED + addresses, start + FIXED + length, tlvs);
    int size = addresses == 12 ? 4 : 16;
    byte[] source = new byte[size];
    byte[] destination = new byte[size];
    in.getBytes(start + FIXED, source);
    in.getBytes(start + FIXED + size, destination);
    int ports = start + FIXED + 2 * size;
    return found(
        ProxyHeaderVersion.V2,
        FIXED + length,
        new InetSocketAddress(address(source), in.getUnsignedShort(ports)),
        new InetSocketAddress(address(destination), in.getUnsignedShort(ports + 2)),
        tlvs.kept(),
        tlvs.notes());
  }

  /** The bytes of both addresses and ports; 0 where they do not count. */
  private static int addresses(int command, int family) throws MalformedException {
    if (command == LOCAL) {
      return 0;
    }
    int transport = family & 0xf;
    if (command != PROXY || transport != 1 && transport != 2) {
      throw new MalformedException(
          "command " + command + ", family and transport " + Integer.toHexString(family));
    }
    return switch (family >> 4) {
      case INET -> 12;
      case INET6 -> 36;
      default -> throw new MalformedException("address family " + (family >> 4));
    };
  }

  /** Reads what follows addresses, all of which has to be well formed. */
  private static void tlvs(ByteBuf in, int from, int end, TlvReader reader)
      throws MalformedException {
    int at = from;
    while (at < end) {
      if (end - at < 3 || end - at - 3 < in.getUnsignedShort(at + 1)) {
        throw new MalformedException("an extension that ends too early");
      }
      int length = in.getUnsignedShort(at + 1);
      reader.read(in, in.getUnsignedByte(at), at + 3, length);
      at += 3 + length;
    }
  }

  private static Outcome found(
      ProxyHeaderVersion version,
      int length,
      InetSocketAddress from,
      InetSocketAddress to,
      List<Tlv> tlvs,
      Map<String, ?> notes)
      throws MalformedException {
    if (!isOne(from.getAddress()) || !isOne(to.getAddress())) {
      throw new MalformedException("an address of none, or of many");
    }
    return new Found(version, length, from, to, tlvs, notes);
  }

  /** Whether an address is that of one machine. */
  private static boolean isOne(InetAddress address) {
    return !address.isAnyLocalAddress()
        && !address.isMulticastAddress()
        && !(address instanceof Inet4Address
            && Arrays.equals(address.getAddress(), new byte[] {-1, -1, -1, -1}));
  }
}
