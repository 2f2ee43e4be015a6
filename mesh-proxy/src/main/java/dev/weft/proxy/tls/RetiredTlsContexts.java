package dev.weft.proxy.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Contexts that others have taken the place of. What they hold outside the heap is given back when
 * their last connection ends, and not at some collection of garbage: the collector may find the key
 * of a context before the context has given it back, which Netty reports as a leak.
 *
 * <p>Not thread-safe.
 */
final class RetiredTlsContexts {
  /** By then whoever took one for a new connection has begun that, and holds it for himself. */
  static final Duration GRACE = Duration.ofMinutes(1);

  /** Beyond these the oldest are left to the collector. */
  static final int MOST = 16;

  private record Retired(SslContext context, long nanos) {}

  private final Deque<Retired> retired = new ArrayDeque<>();

  /** Takes one that no new connection gets any more, and lets go of those that are due. */
  void add(SslContext context, long nowNanos) {
    retired.add(new Retired(context, nowNanos));
    while (!retired.isEmpty() && nowNanos - retired.peek().nanos() >= GRACE.toNanos()) {
      ReferenceCountUtil.safeRelease(retired.remove().context());
    }
    if (retired.size() > MOST) {
      retired.remove();
    }
  }
}
