package dev.weft.control.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PushQueueTest {
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
