package dev.weft.control.xds;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns changes into pushes: the first at once, what follows merged into one push when the window
 * since the last one is over. At most one push is under way, at most one waits; however fast
 * changes come, the next push starts after a bounded time. A push that failed is tried again, after
 * {@link #FIRST_RETRY} at first and twice as long each time up to {@link #LAST_RETRY}, or with the
 * next change if that comes sooner.
 */
final class PushQueue {
  private static final Logger LOG = LoggerFactory.getLogger(PushQueue.class);

  static final Duration FIRST_RETRY = Duration.ofMillis(250);
  static final Duration LAST_RETRY = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final Context context;
  private final long windowMillis;
  private final Supplier<Future<?>> push;
  private final AtomicBoolean changed = new AtomicBoolean();

  // Confined to the context.
  private @Nullable Promise<Void> closing;
  private boolean underWay;
  private boolean windowOpen;
  private long retryMillis = FIRST_RETRY.toMillis();
  private long retryTimer = -1;

  /**
   * @param window between the starts of two pushes, at least
   * @param push called on an event loop; the push is under way until its future completes
   */
  PushQueue(Vertx vertx, Duration window, Supplier<Future<?>> push) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.windowMillis = Math.max(1, window.toMillis());
    this.push = push;
  }

  /** Notes a change; from any thread. */
  void changed() {
    if (changed.compareAndSet(false, true)) {
      context.runOnContext(v -> next());
    }
  }

  /** Starts no push any more; completes when the one under way has ended. */
  Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        v -> {
          closing = done;
          vertx.cancelTimer(retryTimer);
          next();
        });
    return done.future();
  }

  private void next() {
    if (closing != null) {
      if (!underWay) {
        closing.tryComplete();
      }
      return;
    }
    if (underWay || windowOpen || !changed.get()) {
      return;
    }
    // Before the push reads anything: a change from now on is one for the next push.
    changed.set(false);
    underWay = true;
    windowOpen = true;
    vertx.setTimer(
        windowMillis,
        id ->
            context.runOnContext(
                v -> {
                  windowOpen = false;
                  next();
                }));
    run()
        .onComplete(
            done ->
                context.runOnContext(
                    v -> {
                      // One retry waits at most, however many changes fail meanwhile.
                      vertx.cancelTimer(retryTimer);
                      if (done.succeeded()) {
                        retryMillis = FIRST_RETRY.toMillis();
                      } else if (closing == null) {
                        retryAfter(done.cause());
                      } else {
                        LOG.error("the last push failed", done.cause());
                      }
                      underWay = false;
                      next();
                    }));
  }

  private void retryAfter(Throwable cause) {
    LOG.error("a push failed; it is tried again in {} ms", retryMillis, cause);
    retryTimer = vertx.setTimer(retryMillis, id -> changed());
    retryMillis = Math.min(2 * retryMillis, LAST_RETRY.toMillis());
  }

  private Future<?> run() {
    try {
      return push.get();
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }
}
