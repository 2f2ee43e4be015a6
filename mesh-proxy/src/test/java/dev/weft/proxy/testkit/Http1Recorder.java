package dev.weft.proxy.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads HTTP/1.1 as an endpoint that takes everything at its word, and writes answers. */
final class Http1Recorder extends ChannelInboundHandlerAdapter implements Arrival.Answers {
  private static final String LINE_END = "\r\n";
  private static final String HEAD_END = "\r\n\r\n";

  private final RecordingUpstream upstream;
  private final int connection;
  private final StringBuilder unread = new StringBuilder();
  private ChannelHandlerContext context;

  /** What is being read; null between requests. */
  private Arrival current;

  private Arrival latest;
  private boolean chunked;
  private long left;
  private boolean inTrailers;
  private boolean answerChunked;

  Http1Recorder(RecordingUpstream upstream, int connection) {
    this.upstream = upstream;
    this.connection = connection;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    unread.append(bytes.toString(StandardCharsets.ISO_8859_1));
    bytes.release();
    boolean more = true;
    while (more) {
      more = current == null ? readHead() : chunked ? readChunk() : readLength();
    }
  }

  private boolean readHead() {
    int end = unread.indexOf(HEAD_END);
    if (end < 0) {
      return false;
    }
    String[] lines = take(end + HEAD_END.length()).split(LINE_END);
    String[] request = lines[0].split(" ", 3);
    List<Map.Entry<String, String>> head = new ArrayList<>();
    head.add(Map.entry(":method", request[0]));
    head.add(Map.entry(":path", request[1]));
    chunked = false;
    left = 0;
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      String name = lines[i].substring(0, colon);
      String value = lines[i].substring(colon + 1).strip();
      head.add(Map.entry(name, value));
      switch (name.toLowerCase(Locale.ROOT)) {
        case "host" -> head.add(Map.entry(":authority", value));
        case "content-length" -> left = Long.parseLong(value);
        case "transfer-encoding" -> chunked = true;
        default -> {
          // Says nothing of the framing.
        }
      }
    }
    current = new Arrival(connection, head, this);
    latest = current;
    inTrailers = false;
    upstream.head(current);
    return true;
  }

  private String take(int length) {
    String taken = unread.substring(0, length);
    unread.delete(0, length);
    return taken;
  }

  private boolean readLength() {
    int length = (int) Math.min(left, unread.length());
    if (length == 0 && left > 0) {
      return false;
    }
    left -= length;
    current.onBody(take(length));
    if (left == 0) {
      end();
    }
    return true;
  }

  private boolean readChunk() {
    if (left > 0) {
      int length = (int) Math.min(left, unread.length());
      left -= length;
      current.onBody(take(length));
      if (left > 0 || unread.length() < 2) {
        left = Math.max(left, 0);
        return false;
      }
    }
    int end = unread.indexOf(LINE_END);
    if (end < 0) {
      return false;
    }
    String line = take(end + 2).strip();
    if (inTrailers) {
      readTrailer(line);
    } else if (!line.isEmpty()) {
      left = Long.parseLong(line, 16);
      inTrailers = left == 0;
    }
    return true;
  }

  private void readTrailer(String line) {
    if (line.isEmpty()) {
      end();
      return;
    }
    int colon = line.indexOf(':');
    current.onTrailer(line.substring(0, colon), line.substring(colon + 1).strip());
  }

  private void end() {
    Arrival complete = current;
    current = null;
    upstream.end(complete);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (latest != null) {
      latest.onCut("closed");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }

  private void write(byte[] bytes) {
    context.writeAndFlush(Unpooled.wrappedBuffer(bytes));
  }

  private void writeBody(byte[] bytes) {
    Arrival answered = latest;
    for (int from = 0; from < bytes.length; from += Http2Recorder.PIECE) {
      int length = Math.min(Http2Recorder.PIECE, bytes.length - from);
      context
          .write(Unpooled.wrappedBuffer(bytes, from, length))
          .addListener(
              gone -> {
                if (gone.isSuccess()) {
                  answered.onSent(length);
                }
              });
    }
    context.flush();
  }

  private void write(String text) {
    write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Override
  public void head(int status, boolean end, String... headers) {
    StringBuilder text = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n");
    answerChunked = !end && status >= 200;
    for (int i = 0; i < headers.length; i += 2) {
      text.append(headers[i]).append(": ").append(headers[i + 1]).append(LINE_END);
      answerChunked &= !headers[i].equals("content-length");
    }
    if (answerChunked) {
      text.append("transfer-encoding: chunked\r\n");
    }
    write(text + LINE_END);
  }

  @Override
  public void data(byte[] bytes, boolean end) {
    if (answerChunked && bytes.length > 0) {
      write(Integer.toHexString(bytes.length) + LINE_END);
    }
    writeBody(bytes);
    if (answerChunked && bytes.length > 0) {
      write(LINE_END);
    }
    if (answerChunked && end) {
      write("0\r\n\r\n");
    }
  }

  @Override
  public void trailers(String... trailers) {
    StringBuilder text = new StringBuilder("0\r\n");
    for (int i = 0; i < trailers.length; i += 2) {
      text.append(trailers[i]).append(": ").append(trailers[i + 1]).append(LINE_END);
    }
    write(text + LINE_END);
  }

  @Override
  public void reset(long code) {
    context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    context.close();
  }

  @Override
  public void raw(byte[] bytes) {
    write(bytes);
  }

  @Override
  public void close() {
    context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }
}
