package dev.weft.proxy.http;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.filter.MessageSink;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.function.IntConsumer;

/**
 * The answer to a gRPC request on its way to the caller: one that has no status is given one. What
 * is no gRPC at all, an error page say, is left out but for its status.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md">HTTP to
 *     gRPC status</a>
 */
final class GrpcAnswer implements MessageSink {
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString MESSAGE = AsciiString.cached("grpc-message");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString CONTENT_ENCODING = AsciiString.cached("content-encoding");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final int UNKNOWN = 2;
  private static final int INTERNAL = 13;

  private final MessageSink to;
  private final IntConsumer dropped;

  /** Of the answer's end, unless that says otherwise. */
  private int status = INTERNAL;

  private String message = "the endpoint ended its answer without a status";
  private boolean settled;
  private boolean foreign;

  /** Whether the head says the status, and that no body follows if it says a length. */
  private boolean toldInHead;

  /**
   * @param dropped told of body bytes that go nowhere
   */
  GrpcAnswer(MessageSink to, IntConsumer dropped) {
    this.to = to;
    this.dropped = dropped;
  }

  @Override
  public void onHeaders(Http2Headers head, boolean endStream) {
    int http = LocalReply.status(head);
    toldInHead = head.contains(STATUS) && saysNoBody(head);
    settled = http < 200 || head.contains(STATUS);
    if (!settled) {
      foreign = http != 200 || !GrpcStatus.isGrpc(head);
      if (foreign) {
        status = GrpcStatus.ofHttp(http);
        message = "the endpoint answered " + http + ", and not with gRPC";
        head.status("200").set(CONTENT_TYPE, GRPC);
        head.remove(CONTENT_LENGTH);
        head.remove(CONTENT_ENCODING);
      } else if (endStream) {
        status = UNKNOWN;
      }
      if (endStream) {
        tell(head);
      }
    }
    to.onHeaders(head, endStream);
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    if (settled) {
      toldInHead &= !data.isReadable();
      to.onData(data, endStream);
      return;
    }
    if (foreign) {
      int bytes = data.readableBytes();
      data.release();
      dropped.accept(bytes);
    } else if (data.isReadable()) {
      to.onData(data, false);
    } else {
      data.release();
    }
    if (endStream) {
      to.onTrailers(tell(new DefaultHttp2Headers(false, 2)));
    }
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    if (!settled && !trailers.contains(STATUS)) {
      status = foreign ? status : UNKNOWN;
      tell(trailers);
    }
    to.onTrailers(trailers);
  }

  /**
   * The endpoint brings no more of an answer whose head has gone: where its status is certain the
   * answer ends here, so that the caller has that one and no other; else nothing happens.
   */
  void onCut() {
    if (toldInHead) {
      to.onData(Unpooled.EMPTY_BUFFER, true);
    } else if (foreign) {
      to.onTrailers(tell(new DefaultHttp2Headers(false, 2)));
    }
  }

  /**
   * The answer, whose head has gone, is to have no more than a status; nothing happens where it has
   * told one and a part of its body.
   *
   * @param because printable ASCII without percent signs
   */
  void end(int as, String because) {
    if (settled || foreign) {
      onCut();
    } else {
      status = as;
      message = because;
      to.onTrailers(tell(new DefaultHttp2Headers(false, 2)));
    }
  }

  private static boolean saysNoBody(Http2Headers head) {
    CharSequence length = head.get(CONTENT_LENGTH);
    return length == null || AsciiString.contentEquals("0", length);
  }

  private Http2Headers tell(Http2Headers last) {
    return last.set(STATUS, Integer.toString(status)).set(MESSAGE, message);
  }
}
