package dev.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a parser found, as lines; pieces of a body that follow each other are one. */
final class Recorded implements MessageSink {
  final List<String> events = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();

  @Override
  public void onHead(Http2Headers headers, boolean end) {
    StringBuilder line = new StringBuilder("head");
    headers.forEach(h -> line.append(' ').append(h.getKey()).append('=').append(h.getValue()));
    events.add(line.toString());
    if (end) {
      events.add("end");
    }
  }

  @Override
  public void onBody(ByteBuf piece, boolean end) {
    body.append(piece.toString(StandardCharsets.ISO_8859_1));
    piece.release();
    if (end) {
      finishBody();
      events.add("end");
    }
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    finishBody();
    StringBuilder line = new StringBuilder("trailers");
    trailers.forEach(h -> line.append(' ').append(h.getKey()).append('=').append(h.getValue()));
    events.add(line.toString());
  }

  private void finishBody() {
    if (!body.isEmpty()) {
      events.add("body " + body);
      body.setLength(0);
    }
  }

  /** Feeds a parser pieces of a text, cut at the given places, message after message. */
  static List<String> feed(MessageParser parser, Recorded sink, String text, int... cuts) {
    ByteBuf all = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    ByteBuf unread = Unpooled.buffer();
    int at = 0;
    try {
      for (int i = 0; i <= cuts.length; i++) {
        int to = i < cuts.length ? cuts[i] : all.writerIndex();
        unread.writeBytes(all, at, to - at);
        at = to;
        parser.parse(unread);
        while (parser.isComplete() && unread.isReadable()) {
          parser.next();
          parser.parse(unread);
        }
      }
    } catch (Http1Exception e) {
      sink.finishBody();
      sink.events.add("error " + e.status() + " " + e.getMessage());
    } finally {
      all.release();
      unread.release();
    }
    sink.finishBody();
    return sink.events;
  }
}
