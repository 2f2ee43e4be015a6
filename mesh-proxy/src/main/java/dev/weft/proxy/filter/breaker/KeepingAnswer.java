package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.ErrorRateBreaker.Fallback.LastGood;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** An answer that is kept for another time as it goes by. Confined to its loop. */
final class KeepingAnswer {
  private final KeptAnswers into;
  private final LastGood limits;
  private final KeptRequest request;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private @Nullable Http2Headers head;
  private @Nullable KeptHead terms;

  private KeepingAnswer(KeptAnswers into, LastGood limits, KeptRequest request) {
    this.into = into;
    this.limits = limits;
    this.request = request;
  }

  /** Null if answers to this request are not kept, or a new one is there already. */
  static @Nullable KeepingAnswer of(
      ErrorRateGuard guard, String cluster, Http2Headers request, Exchange exchange, long now) {
    LastGood limits = guard.lastGood();
    KeptAnswers into = guard.kept(cluster);
    if (limits == null || into == null || !KeptRequest.isKept(request)) {
      return null;
    }
    KeptRequest asked = KeptRequest.of(request, exchange, now);
    return asked == null || into.fresh(asked, now) ? null : new KeepingAnswer(into, limits, asked);
  }

  /** Whether an answer with this head is kept. */
  boolean begin(Http2Headers answer) {
    KeptHead said = KeptHead.of(answer);
    if (said == null) {
      return false;
    }
    terms = said;
    head = KeptHead.copy(answer);
    return true;
  }

  /** Whether it is still short enough. */
  boolean add(byte[] part) {
    if (part.length > limits.maxBodyBytes() - body.size()) {
      return false;
    }
    body.writeBytes(part);
    return true;
  }

  /** It has come whole. */
  void keep() {
    Http2Headers copied = head;
    KeptHead said = terms;
    if (copied != null && said != null) {
      into.keep(
          new KeptAnswers.Kept(request, copied, body.toByteArray(), said, request.nanos()), limits);
    }
  }
}
