package dev.weft.proxy.check;

import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.UpstreamStream;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.ConnectionObserver;
import dev.weft.proxy.upstream.ConnectionSettings;
import dev.weft.proxy.upstream.StreamOpening;
import dev.weft.proxy.upstream.UpstreamPool;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.Waiting;
import dev.weft.xds.model.HealthCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks by a request on a stream of its own, on a connection for checks alone. */
abstract class StreamProbe implements Probe {
  private static final ConnectionObserver UNCOUNTED = new Uncounted();

  private final UpstreamPool pool;
  private final UpstreamTarget target;
  private final ConnectionSettings settings;
  private final CheckHead head;
  private final byte[] body;
  private final Listener listener;
  private @Nullable Question current;

  /**
   * @param pool for checks
   * @param body empty for none
   */
  StreamProbe(
      UpstreamPool pool,
      UpstreamTarget target,
      HealthCheck config,
      CheckHead head,
      byte[] body,
      Listener listener) {
    this.pool = pool;
    this.target = target;
    this.head = head;
    this.body = body;
    this.listener = listener;
    this.settings =
        new ConnectionSettings(
            config.timeout(),
            Duration.ZERO,
            config.reuseConnection() ? 0 : 1,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            1000);
  }

  /** Reads one answer. */
  interface Answer {
    /** Its final head; an outcome where no more is needed, else null. */
    @Nullable Outcome onHead(Http2Headers headers, boolean endStream);

    /** Bytes of the body, not to be kept; an outcome where no more is needed, else null. */
    @Nullable Outcome onBody(ByteBuf data);

    /**
     * The end.
     *
     * @param trailers null for none
     */
    Outcome onEnd(@Nullable Http2Headers trailers);
  }

  abstract Answer expect();

  @Override
  public void ask() {
    Question question = new Question();
    current = question;
    Waiting waiting =
        pool.open(target, settings, UNCOUNTED, head.fresh(), body.length == 0, question, question);
    if (current == question && question.stream == null) {
      question.waiting = waiting;
    }
  }

  @Override
  public void giveUp() {
    Question question = current;
    current = null;
    if (question != null) {
      question.cancel();
    }
    // Whoever did not answer may not even be there any more.
    pool.retire(Set.of(target));
  }

  @Override
  public void close() {
    giveUp();
  }

  private final class Question implements StreamOpening, ResponseReceiver {
    private final Answer answer = expect();
    private @Nullable Waiting waiting;
    private @Nullable UpstreamStream stream;

    private boolean isOver() {
      return current != this;
    }

    private void end(Outcome outcome) {
      if (!isOver()) {
        current = null;
        listener.on(outcome);
      }
    }

    void cancel() {
      if (waiting != null) {
        waiting.cancel();
      }
      if (stream != null) {
        stream.reset(ResetReason.CANCEL);
      }
    }

    @Override
    public void onOpen(UpstreamStream opened) {
      stream = opened;
      waiting = null;
      if (isOver()) {
        opened.reset(ResetReason.CANCEL);
      } else if (body.length > 0) {
        opened.sendData(Unpooled.wrappedBuffer(body), true);
      }
    }

    @Override
    public void onFailure(ConnectFailure failure) {
      end(failure.kind() == ConnectFailure.Kind.TIMEOUT ? Outcome.LATE : Outcome.NO_ANSWER);
    }

    @Override
    public void onHeaders(Http2Headers headers, boolean endStream) {
      CharSequence status = headers.status();
      boolean interim = status != null && status.length() == 3 && status.charAt(0) == '1';
      if (isOver() || interim && !endStream) {
        return;
      }
      Outcome outcome = answer.onHead(headers, endStream);
      if (outcome == null && endStream) {
        outcome = answer.onEnd(null);
      }
      decide(outcome, endStream);
    }

    @Override
    public void onData(ByteBuf data, boolean endStream) {
      int bytes = data.readableBytes();
      Outcome outcome = isOver() ? null : answer.onBody(data);
      data.release();
      if (stream != null) {
        stream.consumed(bytes);
      }
      if (isOver()) {
        return;
      }
      if (outcome == null && endStream) {
        outcome = answer.onEnd(null);
      }
      decide(outcome, endStream);
    }

    @Override
    public void onTrailers(Http2Headers trailers) {
      if (!isOver()) {
        decide(answer.onEnd(trailers), true);
      }
    }

    /** What came before the end is enough: nobody reads the rest. */
    private void decide(@Nullable Outcome outcome, boolean ended) {
      if (outcome == null) {
        return;
      }
      if (!ended && stream != null) {
        stream.reset(ResetReason.CANCEL);
      }
      end(outcome);
    }

    @Override
    public void onReset(ResetReason reason) {
      end(Outcome.NO_ANSWER);
    }

    @Override
    public void onDrained(int bytes) {}
  }

  /** Connections for checks count nowhere. */
  private static final class Uncounted implements ConnectionObserver {
    @Override
    public boolean mayOpen() {
      return true;
    }

    @Override
    public void opening() {}

    @Override
    public void opened() {}

    @Override
    public void failed(ConnectFailure failure) {}

    @Override
    public void closed() {}
  }
}
