package dev.weft.proxy.filter;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * Leads one message through the filters. While a filter holds the head, the rest waits here once
 * that filter and those before it have seen it; its sender gets no credit for it, unless the filter
 * asks for some, so that it is bounded by the sender's window.
 */
final class FilterChannel implements MessageSink {
  /** One filter's part in a direction. */
  interface Stage {
    Verdict headers(Http2Headers headers, boolean endStream);

    void data(ByteBuf data, boolean endStream);

    void trailers(Http2Headers trailers);
  }

  private final Stage[] stages;
  private final MessageSink next;
  private final @Nullable FilterHost replies;
  private final HeldParts held = new HeldParts();
  private @Nullable Http2Headers head;
  private boolean headEnds;
  private boolean begun;

  /** How many stages have seen the head, and what is held of the rest. */
  private int reached;

  private boolean pausing;

  /** While stages look at a part: that they want to go on is heeded afterwards. */
  private boolean showing;

  private boolean resumeAsked;
  private boolean closed;

  /**
   * @param replies null where the message is a response: then it is too late for another, and a
   *     reply is taken as "go on"
   */
  FilterChannel(Stage[] stages, MessageSink next, @Nullable FilterHost replies) {
    this.stages = stages;
    this.next = next;
    this.replies = replies;
  }

  /** Whether the message has begun. */
  boolean begun() {
    return begun;
  }

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    begun = true;
    head = headers;
    headEnds = endStream;
    advance();
  }

  private void advance() {
    Http2Headers headers = head;
    while (headers != null && reached < stages.length) {
      Stage stage = stages[reached++];
      Verdict verdict = stage.headers(headers, headEnds);
      if (closed) {
        return;
      }
      if (verdict instanceof Verdict.Reply reply && replies != null) {
        replies.reply(reply);
        return;
      }
      if (verdict instanceof Verdict.Stored stored && replies != null) {
        replies.reply(stored);
        return;
      }
      pausing = verdict instanceof Verdict.Pause;
      showing = true;
      held.showTo(stage);
      showing = false;
      if (closed || pausing && !takeResume()) {
        return;
      }
    }
    if (headers != null) {
      head = null;
      next.onHeaders(headers, headEnds);
      held.moveTo(this);
    }
  }

  private boolean takeResume() {
    boolean resumed = resumeAsked;
    resumeAsked = false;
    pausing &= !resumed;
    return resumed;
  }

  /** Goes on after the filter that paused; does nothing if none did. */
  boolean resume(int stage) {
    if (!pausedAt(stage)) {
      return false;
    }
    if (showing) {
      resumeAsked = true;
    } else {
      pausing = false;
      advance();
    }
    return true;
  }

  boolean pausedAt(int stage) {
    return !closed && pausing && reached == stage + 1;
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    int seeing = head == null ? stages.length : reached;
    showing = true;
    for (int i = 0; i < seeing && !closed; i++) {
      stages[i].data(data, endStream);
    }
    showing = false;
    if (head == null || closed) {
      leave(data, endStream);
      return;
    }
    held.add(data, endStream);
    if (takeResume()) {
      advance();
    }
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    int seeing = head == null ? stages.length : reached;
    showing = true;
    for (int i = 0; i < seeing && !closed; i++) {
      stages[i].trailers(trailers);
    }
    showing = false;
    if (head == null || closed) {
      leave(trailers);
      return;
    }
    held.end(trailers);
    if (takeResume()) {
      advance();
    }
  }

  /** All stages have seen it. */
  void leave(ByteBuf data, boolean endStream) {
    if (closed) {
      data.release();
    } else {
      next.onData(data, endStream);
    }
  }

  /** All stages have seen them. */
  void leave(Http2Headers trailers) {
    if (!closed) {
      next.onTrailers(trailers);
    }
  }

  /** Lets go of what is held; nothing goes on from here. */
  void close() {
    closed = true;
    head = null;
    held.release();
  }
}
