package dev.weft.control.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weft.control.Logged;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PushQueueTest {
  @RegisterExtension final Logged failures = new Logged(PushQueue.class, Level.ERROR);
  private final Vertx vertx = Vertx.vertx();
  private final List<Promise<Void>> pushes = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void whatChangesDuringAPushIsOneNextPush() {
    PushQueue queue = queue(Duration.ofMillis(1));
    queue.changed();
    await().until(() -> pushes.size() == 1);

    for (int i = 0; i < 1000; i++) {
      queue.changed();
    }
    pushes.getFirst().complete();

    await().until(() -> pushes.size() == 2);
    pushes.get(1).complete();
    queue.changed();
    await().until(() -> pushes.size() == 3);
  }

  @Test
  void aSecondPushWaitsForTheWindow() {
    PushQueue queue = queue(Duration.ofHours(1));
    queue.changed();
    await().until(() -> pushes.size() == 1);
    pushes.getFirst().complete();

    queue.changed();

    // A turn of the loop later it would have begun, were it not for the window.
    turnOfTheLoop();
    assertThat(pushes).hasSize(1);
  }

  @Test
  void aFailedPushDoesNotStopTheNext() {
    PushQueue queue = queue(Duration.ofMillis(1));
    queue.changed();
    await().until(() -> pushes.size() == 1);
    pushes.getFirst().fail("the worker is busy");

    queue.changed();

    await().until(() -> pushes.size() == 2);
  }

  @Test
  void aFailedPushIsTriedAgainWithoutAChange() {
    PushQueue queue = queue(Duration.ofMillis(1));
    queue.changed();
    await().until(() -> pushes.size() == 1);

    pushes.getFirst().fail("the database was away");
    await().until(() -> pushes.size() == 2);
    pushes.get(1).fail("and still is");

    await().until(() -> pushes.size() == 3);
  }

  @Test
  void eachFailureWaitsTwiceAsLongUntilAPushGoesThrough() {
    AtomicInteger begun = new AtomicInteger();
    PushQueue queue =
        new PushQueue(
            vertx,
            Duration.ofMillis(1),
            () ->
                begun.getAndIncrement() == 10
                    ? Future.succeededFuture()
                    : Future.failedFuture("the database was away"));

    // Changes come faster than retries, which they take the place of.
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              queue.changed();
              return begun.get() > 11;
            });
    await().until(() -> failures.events().size() >= 11);

    assertThat(failures.events().subList(0, 11))
        .extracting(event -> (long) event.getArgumentArray()[0])
        .containsExactly(
            250L, 500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L, 30000L, 250L);
  }

  @Test
  void whatAChangeHasPushedIsNotTriedAgain() {
    PushQueue queue = queue(Duration.ofMillis(1));
    queue.changed();
    await().until(() -> pushes.size() == 1);
    pushes.getFirst().fail("the database was away");
    queue.changed();
    await().until(() -> pushes.size() == 2);
    pushes.get(1).complete();

    // Set later and longer, so that it ends after a retry that was left over.
    Future<Void> later = vertx.timer(2 * PushQueue.FIRST_RETRY.toMillis()).mapEmpty();
    await().until(later::isComplete);

    turnOfTheLoop();
    assertThat(pushes).hasSize(2);
  }

  @Test
  void itsEndWaitsForThePushUnderWayAndNothingStartsAfterIt() {
    PushQueue queue = queue(Duration.ofMillis(1));
    queue.changed();
    await().until(() -> pushes.size() == 1);
    queue.changed();

    Future<Void> closed = queue.close();
    turnOfTheLoop();
    assertThat(closed.isComplete()).isFalse();
    pushes.getFirst().complete();

    await().until(closed::succeeded);
    queue.changed();
    turnOfTheLoop();
    assertThat(pushes).hasSize(1);
  }

  @Test
  void nothingIsTriedAgainAfterTheEnd() {
    PushQueue queue = queue(Duration.ofMillis(1));
    queue.changed();
    await().until(() -> pushes.size() == 1);

    Future<Void> closed = queue.close();
    pushes.getFirst().fail("the database was away");
    await().until(closed::succeeded);

    Future<Void> later = vertx.timer(2 * PushQueue.FIRST_RETRY.toMillis()).mapEmpty();
    await().until(later::isComplete);
    assertThat(pushes).hasSize(1);
  }

  private PushQueue queue(Duration window) {
    return new PushQueue(
        vertx,
        window,
        () -> {
          Promise<Void> push = Promise.promise();
          pushes.add(push);
          return push.future();
        });
  }

  private void turnOfTheLoop() {
    Future<String> all = vertx.executeBlocking(() -> "done");
    await().until(all::isComplete);
  }
}
