package dev.weft.proxy.check;

import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.proxy.upstream.UpstreamPool;
import dev.weft.xds.model.HealthCheck;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks by a call of {@code grpc.health.v1.Health/Check}.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">GRPC Health
 *     Checking Protocol</a>
 */
final class GrpcProbe extends StreamProbe {
  private static final String PATH = "/grpc.health.v1.Health/Check";
  private static final String TYPE = "application/grpc";
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");
  private static final int FRAME_HEAD = 5;

  /** The answer has a few bytes; whoever sends more does not answer this question. */
  private static final int MOST = 64 * 1024;

  GrpcProbe(UpstreamPool pool, CheckTarget target, HealthCheck.Grpc grpc, Listener listener) {
    super(
        pool,
        target.upstream(true),
        target.config(),
        new CheckHead(target, "POST", grpc.authority(), PATH, grpc.metadata(), List.of())
            .with("content-type", TYPE)
            .with("te", "trailers"),
        question(grpc.serviceName()),
        listener);
  }

  /** A frame with a {@code HealthCheckRequest}, whose first field is the name. */
  static byte[] question(String service) {
    byte[] name = service.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    if (name.length > 0) {
      message.write(1 << 3 | 2);
      int length = name.length;
      while (length > 0x7f) {
        message.write(length & 0x7f | 0x80);
        length >>>= 7;
      }
      message.write(length);
      message.writeBytes(name);
    }
    return ByteBuffer.allocate(FRAME_HEAD + message.size())
        .put((byte) 0)
        .putInt(message.size())
        .put(message.toByteArray())
        .array();
  }

  @Override
  Answer expect() {
    return new Answer() {
      private final ByteArrayOutputStream body = new ByteArrayOutputStream();
      private @Nullable Http2Headers head;

      @Override
      public @Nullable Outcome onHead(Http2Headers headers, boolean endStream) {
        head = headers;
        CharSequence type = headers.get(CONTENT_TYPE);
        boolean good =
            AsciiString.contentEquals("200", headers.status())
                && type != null
                && isGrpc(type.toString());
        return good ? null : Outcome.FAILED;
      }

      @Override
      public @Nullable Outcome onBody(ByteBuf data) {
        if (body.size() + data.readableBytes() > MOST) {
          return Outcome.FAILED;
        }
        Payloads.keep(data, body, MOST);
        return null;
      }

      @Override
      public Outcome onEnd(@Nullable Http2Headers trailers) {
        // Without trailers the head has the status, where there is neither body nor health.
        boolean ok = trailers != null && AsciiString.contentEquals("0", trailers.get(STATUS));
        return head != null && ok && isServing(body.toByteArray()) ? Outcome.WELL : Outcome.FAILED;
      }
    };
  }

  private static boolean isGrpc(String type) {
    return type.startsWith(TYPE)
        && (type.length() == TYPE.length() || type.charAt(TYPE.length()) == '+');
  }

  /** Whether this is one frame with a {@code HealthCheckResponse} that says SERVING. */
  static boolean isServing(byte[] body) {
    ByteBuffer bytes = ByteBuffer.wrap(body);
    Boolean serving = null;
    while (bytes.hasRemaining()) {
      if (bytes.remaining() < FRAME_HEAD) {
        return false;
      }
      byte flags = bytes.get();
      int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        return false;
      }
      ByteBuffer message = bytes.slice(bytes.position(), length);
      bytes.position(bytes.position() + length);
      if (length > 0) {
        if (serving != null || flags != 0) {
          return false;
        }
        serving = saysServing(message);
      }
    }
    return Boolean.TRUE.equals(serving);
  }

  /** Field 1 is the state, of which 1 is SERVING; the last one counts. */
  private static boolean saysServing(ByteBuffer message) {
    long state = 0;
    while (message.hasRemaining()) {
      long tag = varint(message);
      switch ((int) (tag & 7)) {
        case 0 -> {
          long value = varint(message);
          state = tag >>> 3 == 1 ? value : state;
        }
        case 1 -> skip(message, Long.BYTES);
        case 2 -> skip(message, varint(message));
        case 5 -> skip(message, Integer.BYTES);
        default -> {
          return false;
        }
      }
    }
    return state == 1;
  }

  /** What is cut short is read as what is neither a tag that is known nor a state that is well. */
  private static long varint(ByteBuffer message) {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!message.hasRemaining()) {
        return 7;
      }
      byte next = message.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return 7;
  }

  private static void skip(ByteBuffer message, long length) {
    message.position(message.position() + (int) Math.clamp(length, 0, message.remaining()));
  }
}
