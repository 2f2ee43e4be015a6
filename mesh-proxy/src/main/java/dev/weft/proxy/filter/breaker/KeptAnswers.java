package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.filter.Verdict;
import dev.weft.xds.model.ErrorRateBreaker.Fallback.LastGood;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The last good answers of a cluster, by what was asked for. From any thread. */
final class KeptAnswers {
  /** What all clusters keep together. */
  static final long MOST_BYTES = 16 * 1024 * 1024;

  /** An answer is kept anew when it is so old. */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final AsciiString AGE = AsciiString.cached("age");

  /**
   * An answer.
   *
   * @param request what it was an answer to
   */
  record Kept(KeptRequest request, Http2Headers head, byte[] body, KeptHead terms, long nanos) {
    int bytes() {
      return body.length + terms.bytes();
    }
  }

  private final Map<String, Kept> answers = new ConcurrentHashMap<>();
  private final AtomicLong bytes;

  KeptAnswers(AtomicLong bytes) {
    this.bytes = bytes;
  }

  /** Whether an answer to this request is there that is as good as new. */
  boolean fresh(KeptRequest request, long now) {
    Kept kept = answers.get(request.target());
    return kept != null
        && now - kept.nanos() < FRESH_NANOS
        && kept.terms().suits(kept.request(), request);
  }

  /** Keeps an answer, where there is room for it. */
  void keep(Kept answer, LastGood limits) {
    if (answer.body().length > limits.maxBodyBytes()) {
      return;
    }
    String target = answer.request().target();
    if (!answers.containsKey(target) && answers.size() >= limits.maxEntries()) {
      drop(oldest());
    }
    if (bytes.addAndGet(answer.bytes()) > MOST_BYTES) {
      bytes.addAndGet(-answer.bytes());
      return;
    }
    release(answers.put(target, answer));
  }

  /** Of some: which of many goes is not worth a search. */
  private @Nullable Kept oldest() {
    Kept oldest = null;
    Iterator<Kept> some = answers.values().iterator();
    for (int i = 0; i < 8 && some.hasNext(); i++) {
      Kept kept = some.next();
      if (oldest == null || kept.nanos() - oldest.nanos() < 0) {
        oldest = kept;
      }
    }
    return oldest;
  }

  private void drop(@Nullable Kept kept) {
    if (kept != null && answers.remove(kept.request().target(), kept)) {
      release(kept);
    }
  }

  private void release(@Nullable Kept kept) {
    if (kept != null) {
      bytes.addAndGet(-kept.bytes());
    }
  }

  /**
   * The answer to a request like this one.
   *
   * @return null if there is none, or it is too old
   */
  Verdict.@Nullable Stored find(KeptRequest request, LastGood limits, String details, int flags) {
    Kept kept = answers.get(request.target());
    long age = kept == null ? 0 : request.nanos() - kept.nanos();
    if (kept == null
        || age > limits.maxAge().toNanos()
        || !kept.terms().suits(kept.request(), request)) {
      return null;
    }
    Http2Headers head = new DefaultHttp2Headers(false).add(kept.head());
    head.set(AGE, Long.toString(TimeUnit.NANOSECONDS.toSeconds(Math.max(0, age))));
    return new Verdict.Stored(head, kept.body(), details, flags);
  }

  void clear() {
    answers.values().forEach(this::drop);
  }
}
