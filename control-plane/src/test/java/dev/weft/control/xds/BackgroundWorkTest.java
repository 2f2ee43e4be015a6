package dev.weft.control.xds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BackgroundWorkTest {
  private final BackgroundWork work = new BackgroundWork();

  @Test
  void theEndWaitsForWhatIsUnderWayWhateverBecomesOfIt() {
    CompletableFuture<Void> good = new CompletableFuture<>();
    CompletableFuture<Void> bad = new CompletableFuture<>();
    work.start("good work", () -> good);
    work.start("bad work", () -> bad);

    CompletableFuture<Void> finished = work.finish().toCompletableFuture();
    good.complete(null);
    assertThat(finished).isNotDone();
    bad.completeExceptionally(new IllegalStateException("the database is gone"));

    assertThat(finished).isCompleted();
  }

  @Test
  void nothingStartsAfterTheEnd() {
    assertThat(work.finish().toCompletableFuture()).isCompleted();

    work.start(
        "late work",
        () -> {
          throw new AssertionError("must not start");
        });
  }

  @Test
  void whatCannotEvenStartIsNotWaitedFor() {
    work.start(
        "impossible work",
        () -> {
          throw new IllegalStateException("no");
        });

    assertThat(work.finish().toCompletableFuture()).isCompleted();
  }
}
