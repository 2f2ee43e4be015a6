package dev.weft.proxy.listener;

import dev.weft.proxy.tls.ClientOffer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads what chooses a filter chain from the first bytes of a connection: the server name and the
 * application protocols of a TLS ClientHello (RFC 8446, RFC 6066, RFC 7301); or what chooses a
 * certificate. It looks at the bytes and leaves them to TLS, which checks everything else.
 */
final class ClientHello {
  /** More than this is no honest hello. */
  static final int MAX_BYTES = 32 * 1024;

  private static final int HANDSHAKE = 22;
  private static final int RECORD_HEADER = 5;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int HOST_NAME = 0;

  private ClientHello() {}

  /** What the bytes are. */
  sealed interface Outcome {}

  /** Not enough of them yet. */
  record Incomplete() implements Outcome {}

  /** The connection does not speak TLS. */
  record Plaintext() implements Outcome {}

  /** It begins like TLS, and cannot be. */
  record Broken(String problem) implements Outcome {}

  /** A hello; a null name was not sent. */
  record Hello(@Nullable String serverName, List<String> applicationProtocols) implements Outcome {}

  /** A hello, by what certificates its client can use. */
  record Offered(ClientOffer offer) implements Outcome {}

  /** Reads a whole hello. */
  private interface Reading {
    Outcome read(ByteBuf message) throws MalformedException;
  }

  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String problem) {
      super(problem, null, false, false);
    }
  }

  /** Looks at the readable bytes, without consuming them: what is asked for. */
  static Outcome parse(ByteBuf in) {
    return parse(in, ClientHello::hello);
  }

  /** The same: an {@link Offered} in the place of a {@link Hello}. */
  static Outcome offer(ByteBuf in) {
    return parse(in, message -> new Offered(ClientOffers.read(message)));
  }

  private static Outcome parse(ByteBuf in, Reading reading) {
    int readable = in.readableBytes();
    if (readable == 0) {
      return new Incomplete();
    }
    if (in.getUnsignedByte(in.readerIndex()) != HANDSHAKE
        || readable > 1 && in.getUnsignedByte(in.readerIndex() + 1) != 3) {
      return new Plaintext();
    }
    ByteBuf message = in.alloc().buffer(Math.min(readable, MAX_BYTES));
    try {
      return collect(in, message) ? reading.read(message) : incomplete(readable);
    } catch (MalformedException e) {
      return new Broken(String.valueOf(e.getMessage()));
    } finally {
      message.release();
    }
  }

  private static Outcome incomplete(int readable) {
    return readable > MAX_BYTES
        ? new Broken("a ClientHello of more than " + MAX_BYTES + " bytes")
        : new Incomplete();
  }

  /** Puts the handshake message together from its records; false while it is not complete. */
  private static boolean collect(ByteBuf in, ByteBuf message) throws MalformedException {
    int at = in.readerIndex();
    int end = in.writerIndex();
    while (end - at >= RECORD_HEADER) {
      if (in.getUnsignedByte(at) != HANDSHAKE) {
        throw new MalformedException("a record that is no handshake within the ClientHello");
      }
      int length = in.getUnsignedShort(at + 3);
      if (length == 0) {
        throw new MalformedException("an empty handshake record");
      }
      int there = Math.min(length, end - at - RECORD_HEADER);
      message.writeBytes(in, at + RECORD_HEADER, there);
      if (message.readableBytes() >= 4) {
        if (message.getByte(0) != CLIENT_HELLO) {
          throw new MalformedException("a handshake that does not begin with a ClientHello");
        }
        int whole = 4 + message.getUnsignedMedium(1);
        if (whole > MAX_BYTES) {
          throw new MalformedException("a ClientHello of " + whole + " bytes");
        }
        if (message.readableBytes() >= whole) {
          message.writerIndex(whole);
          return true;
        }
      }
      at += RECORD_HEADER + length;
    }
    return false;
  }

  static void skipToSuites(ByteBuf message) throws MalformedException {
    message.skipBytes(4);
    skip(message, 2 + 32);
    skip(message, length(message, 1));
  }

  private static Hello hello(ByteBuf message) throws MalformedException {
    skipToSuites(message);
    skip(message, length(message, 2));
    skip(message, length(message, 1));
    String name = null;
    List<String> protocols = List.of();
    if (message.isReadable()) {
      ByteBuf extensions = slice(message, length(message, 2));
      while (extensions.isReadable()) {
        int type = length(extensions, 2);
        ByteBuf body = slice(extensions, length(extensions, 2));
        switch (type) {
          case SERVER_NAME -> {
            ByteBuf sent = serverName(body);
            name =
                sent == null
                    ? null
                    : sent.toString(StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
          }
          case ALPN -> protocols = protocols(body);
          default -> {}
        }
      }
    }
    return new Hello(name, protocols);
  }

  static @Nullable ByteBuf serverName(ByteBuf body) throws MalformedException {
    ByteBuf names = slice(body, length(body, 2));
    while (names.isReadable()) {
      int type = length(names, 1);
      ByteBuf name = slice(names, length(names, 2));
      if (type == HOST_NAME) {
        return name;
      }
    }
    return null;
  }

  private static List<String> protocols(ByteBuf body) throws MalformedException {
    ByteBuf list = slice(body, length(body, 2));
    List<String> found = new ArrayList<>();
    while (list.isReadable()) {
      found.add(slice(list, length(list, 1)).toString(StandardCharsets.US_ASCII));
    }
    return List.copyOf(found);
  }

  static int length(ByteBuf in, int bytes) throws MalformedException {
    if (in.readableBytes() < bytes) {
      throw new MalformedException("a ClientHello that ends too early");
    }
    return bytes == 1 ? in.readUnsignedByte() : in.readUnsignedShort();
  }

  private static void skip(ByteBuf in, int bytes) throws MalformedException {
    slice(in, bytes);
  }

  static ByteBuf slice(ByteBuf in, int bytes) throws MalformedException {
    if (in.readableBytes() < bytes) {
      throw new MalformedException("a ClientHello that ends too early");
    }
    return in.readSlice(bytes);
  }
}
