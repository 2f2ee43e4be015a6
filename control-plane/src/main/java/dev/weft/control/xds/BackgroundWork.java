package dev.weft.control.xds;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node does besides serving streams. Each piece is tried again by somebody when it fails,
 * which is logged; at the end what is under way is waited for, so that it still finds what it works
 * with. Thread-safe.
 */
final class BackgroundWork {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundWork.class);

  private final Set<CompletableFuture<?>> underWay = ConcurrentHashMap.newKeySet();
  private boolean finished;

  /** Starts a piece of work, unless the end has come. */
  void start(String what, Supplier<CompletionStage<?>> work) {
    CompletableFuture<Object> done = new CompletableFuture<>();
    synchronized (this) {
      if (finished) {
        return;
      }
      underWay.add(done);
    }
    begin(work)
        .whenComplete(
            (result, failure) -> {
              if (failure != null) {
                LOG.warn("{} failed, to be tried again: {}", what, failure.toString());
              }
              underWay.remove(done);
              done.complete(what);
            });
  }

  private static CompletionStage<?> begin(Supplier<CompletionStage<?>> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /** Starts nothing any more; completes when what is under way has ended. */
  synchronized CompletionStage<Void> finish() {
    finished = true;
    return CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new));
  }
}
