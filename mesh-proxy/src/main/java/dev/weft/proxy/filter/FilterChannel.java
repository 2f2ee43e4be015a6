package dev.weft.proxy.filter;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Leads one message through the filters. While a filter holds the head, the rest waits here; its
 * sender gets no credit for it, so that it is bounded by the sender's window.
 */
final class FilterChannel implements MessageSink {
  /** One filter's part in a direction. */
  interface Stage {
    Verdict headers(Http2Headers headers, boolean endStream);

    void data(ByteBuf data, boolean endStream);

    void trailers(Http2Headers trailers);
  }

  private sealed interface Held {
    record Data(ByteBuf data, boolean endStream) implements Held {}

    record Trailers(Http2Headers trailers) implements Held {}
  }

  private final Stage[] stages;
  private final MessageSink next;
  private final FilterPipeline.@Nullable Replies replies;
  private final ArrayDeque<Held> held = new ArrayDeque<>(0);
  private @Nullable Http2Headers head;
  private boolean headEnds;
  private int reached;
  private boolean pausing;
  private boolean closed;

  /**
   * @param replies null where the message is a response: then it is too late for another, and a
   *     reply is taken as "go on"
   */
  FilterChannel(Stage[] stages, MessageSink next, FilterPipeline.@Nullable Replies replies) {
    this.stages = stages;
    this.next = next;
    this.replies = replies;
  }

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    head = headers;
    headEnds = endStream;
    advance();
  }

  private void advance() {
    Http2Headers headers = head;
    while (headers != null && reached < stages.length) {
      Verdict verdict = stages[reached++].headers(headers, headEnds);
      if (closed) {
        return;
      }
      switch (verdict) {
        case Verdict.Continue() -> {}
        case Verdict.Pause() -> {
          pausing = true;
          return;
        }
        case Verdict.Reply reply -> {
          if (replies != null) {
            replies.reply(reply);
            return;
          }
        }
      }
    }
    if (headers == null) {
      return;
    }
    head = null;
    next.onHeaders(headers, headEnds);
    for (Held part = held.poll(); part != null; part = held.poll()) {
      switch (part) {
        case Held.Data(ByteBuf data, boolean endStream) -> pass(data, endStream);
        case Held.Trailers(Http2Headers trailers) -> pass(trailers);
      }
    }
  }

  /** Goes on after the filter that paused; does nothing if none did. */
  boolean resume(int stage) {
    if (closed || !pausing || reached != stage + 1) {
      return false;
    }
    pausing = false;
    advance();
    return true;
  }

  boolean pausedAt(int stage) {
    return !closed && pausing && reached == stage + 1;
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    if (closed) {
      data.release();
    } else if (head != null) {
      held.add(new Held.Data(data, endStream));
    } else {
      pass(data, endStream);
    }
  }

  private void pass(ByteBuf data, boolean endStream) {
    if (closed) {
      data.release();
      return;
    }
    for (Stage stage : stages) {
      stage.data(data, endStream);
    }
    next.onData(data, endStream);
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    if (head != null) {
      held.add(new Held.Trailers(trailers));
    } else {
      pass(trailers);
    }
  }

  private void pass(Http2Headers trailers) {
    if (closed) {
      return;
    }
    for (Stage stage : stages) {
      stage.trailers(trailers);
    }
    next.onTrailers(trailers);
  }

  /** Lets go of what is held; nothing goes on from here. */
  void close() {
    closed = true;
    head = null;
    for (Held part = held.poll(); part != null; part = held.poll()) {
      if (part instanceof Held.Data(ByteBuf data, boolean endStream)) {
        data.release();
      }
    }
  }
}
