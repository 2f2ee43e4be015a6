package dev.weft.demo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.demo.run.VocabularyMesh.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What routes and policies say, from the REST interface to what applications see. */
class VocabularyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static VocabularyMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh = new VocabularyMesh(folder);
    mesh.start();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> mesh.call("GET", "catalog.shop", "/").status() == 200);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    mesh.close();
  }

  @Test
  void copiesReachTheMirror() throws IOException {
    assertThat(mesh.call("GET", "catalog.shop", "/copied/1?a=b").status()).isEqualTo(200);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(mesh.asked()).contains("next-1 GET /copied/1?a=b catalog.shop-shadow"));
  }

  @Test
  void theWholePathIsReplacedAndTheQueryStays() throws IOException {
    assertThat(mesh.call("GET", "catalog.shop", "/whole/path?a=b").body())
        .contains(" GET /all?a=b catalog.shop");
  }

  @Test
  void aRuleMayAnswerByItself() throws IOException {
    Answer answer = mesh.call("GET", "catalog.shop", "/sorry/x");

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.head()).contains("content-type: text/html");
    assertThat(answer.body()).isEqualTo("<p>Tomorrow again.</p>");
    assertThat(mesh.asked()).noneMatch(line -> line.contains("/sorry"));
  }

  @Test
  void aPathIsRewrittenByAnExpression() throws IOException {
    assertThat(mesh.call("GET", "catalog.shop", "/v12/books?a=b").body())
        .contains(" GET /books/of/12?a=b catalog.shop");
  }

  @Test
  void anAnswerThatIsWorthItIsTriedAgain() throws IOException {
    assertThat(mesh.call("GET", "catalog.shop", "/again", "x-refuse: 2").status()).isEqualTo(200);
    assertThat(mesh.tries()).containsEntry("/again", 3);
    assertThat(mesh.call("GET", "catalog.shop", "/once", "x-refuse: 2").status()).isEqualTo(418);
  }

  @Test
  void browsersOfTheOriginMayCall() throws IOException {
    String preflight = "access-control-request-method: PUT";
    Answer allowed =
        mesh.call(
            "OPTIONS", "catalog.shop", "/browsers", "origin: https://www.shop.example", preflight);
    Answer other =
        mesh.call("OPTIONS", "catalog.shop", "/browsers", "origin: https://example.org", preflight);

    assertThat(allowed.status()).isEqualTo(200);
    assertThat(allowed.head())
        .contains(
            "access-control-allow-origin: https://www.shop.example",
            "access-control-allow-methods: PUT",
            "access-control-max-age: 60");
    assertThat(other.head()).doesNotContain("access-control-allow-origin");
    assertThat(
            mesh.call("GET", "catalog.shop", "/browsers", "origin: https://www.shop.example")
                .head())
        .contains("access-control-allow-origin: https://www.shop.example");
    assertThat(mesh.asked()).noneMatch(line -> line.contains("OPTIONS"));
  }

  @Test
  void requestsOfAUserGoToOneInstance() throws IOException {
    Set<String> all = new HashSet<>();
    for (int user = 0; user < 20; user++) {
      Set<String> instances = new HashSet<>();
      for (int i = 0; i < 3; i++) {
        instances.add(
            mesh.call("GET", "catalog.shop", "/", "x-user: user-" + user).body().split(" ", 2)[0]);
      }
      assertThat(instances).hasSize(1);
      all.addAll(instances);
    }
    assertThat(all).hasSizeGreaterThan(1);
  }

  @Test
  void whatShallFailFailsAndNothingElse() throws IOException {
    Answer failed = mesh.call("GET", "catalog.shop", "/fails", "x-fail: 1");

    assertThat(failed.status()).isEqualTo(503);
    assertThat(failed.body()).contains("fault filter abort");
    assertThat(mesh.asked()).noneMatch(line -> line.contains("/fails"));
    assertThat(mesh.call("GET", "catalog.shop", "/", "x-fail: 2").status()).isEqualTo(200);
  }

  @Test
  void anInstanceTakesAsManyRequestsAsItMay() throws IOException {
    await()
        .atMost(PATIENCE)
        .until(() -> mesh.call("GET", "limited.shop", "/").status() == 200); // the first of three
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(mesh.call("GET", "limited.shop", "/").status());
    }

    assertThat(answers).containsExactly(200, 200, 429, 429);
  }

  /** The instance's sidecar counts by who the caller proved to be, the caller's keeps the time. */
  @Test
  void streamsAreAsManyAndAsLongAsTheirPolicySays() throws Exception {
    await().atMost(PATIENCE).until(() -> mesh.call("GET", "lasting.shop", "/").status() == 200);
    AtomicInteger cut = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 2; i++) {
        callers.submit(
            () -> {
              while (!enough.get()) {
                cut.addAndGet(isCut("lasting.shop", "/lasts") ? 1 : 0);
              }
            });
      }
      try {
        await().atMost(PATIENCE).until(() -> mesh.call("GET", "lasting.shop", "/").status() == 429);
        await().atMost(PATIENCE).until(() -> cut.get() >= 2);
      } finally {
        enough.set(true);
      }
    }
    assertThat(mesh.asked()).contains("lasting-1 GET /lasts lasting.shop");
    await().atMost(PATIENCE).until(() -> mesh.call("GET", "lasting.shop", "/").status() == 200);
  }

  /** Whether an answer began and was not brought to its end. */
  private static boolean isCut(String host, String path) {
    try {
      Answer answer = mesh.call("GET", host, path);
      return answer.status() == 200 && !answer.body().endsWith("0\r\n\r\n");
    } catch (IOException e) {
      return true; // a connection that was reset
    }
  }

  @Test
  void onlyWhoMayGetsThroughHoweverAPathIsSpelled() throws IOException {
    await()
        .atMost(PATIENCE)
        .until(() -> mesh.call("GET", "guarded.shop", "/orders").status() == 200);

    assertThat(mesh.call("POST", "guarded.shop", "/orders").status()).isEqualTo(403);
    for (String path :
        List.of("/admin", "/admin/x?y", "/a/../admin", "//admin", "/%61dmin", "/a%2F..%2Fadmin")) {
      assertThat(mesh.call("GET", "guarded.shop", path).status()).as(path).isEqualTo(403);
    }
    assertThat(mesh.call("GET", "guarded.shop", "/administration").status()).isEqualTo(200);
    assertThat(mesh.asked())
        .filteredOn(line -> line.startsWith("guarded-1"))
        .allMatch(line -> line.contains("GET /orders") || line.contains("GET /administration"));
  }

  @Test
  void theOwnZoneIsPreferredUntilItFails() throws IOException {
    for (int i = 0; i < 10; i++) {
      assertThat(mesh.call("GET", "near.shop", "/").body()).startsWith("near-1 ");
    }

    mesh.stop("near-1");

    await()
        .atMost(PATIENCE)
        .until(() -> mesh.call("GET", "near.shop", "/").body().startsWith("near-2 "));
  }

  @Test
  void placesGetTheirSharesAndNoneWhoHasNoShare() throws IOException {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      answers.add(mesh.call("GET", "shared.shop", "/").body().split(" ", 2)[0]);
    }

    assertThat(answers).doesNotContain("shared-2");
    assertThat(answers).filteredOn("shared-1"::equals).hasSizeBetween(27, 33);
  }

  /** Nine times as much, by what they say of their processors. */
  @Test
  void whoSaysThatItIsBusyGetsFewerRequests() {
    await().atMost(PATIENCE).until(() -> askedOf("loaded.shop", 10).size() == 2);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              int idle = 0;
              for (int i = 0; i < 30; i++) {
                idle += mesh.call("GET", "loaded.shop", "/").body().startsWith("loaded-2 ") ? 1 : 0;
              }
              assertThat(idle).isBetween(24, 29);
            });
  }

  @Test
  void redirectsAreFollowedForTheCallerWhereThePolicySaysSo() throws IOException {
    await().atMost(PATIENCE).until(() -> mesh.call("GET", "moved.shop", "/").status() == 200);

    Answer answer = mesh.call("GET", "moved.shop", "/was/here");

    assertThat(answer.body()).startsWith("next-1 GET /is/here next.shop");
    assertThat(answer.head()).doesNotContain("location");
    assertThat(mesh.asked()).contains("moved-1 GET /was/here moved.shop");
  }

  @Test
  void whoSaysThatItIsSickGetsNoRequests() {
    await().atMost(PATIENCE).until(() -> askedOf("checked.shop", 10).size() == 2);

    mesh.sick().add("checked-1");

    await().atMost(PATIENCE).until(() -> askedOf("checked.shop", 10).equals(Set.of("checked-2")));

    mesh.sick().remove("checked-1");

    await().atMost(PATIENCE).until(() -> askedOf("checked.shop", 10).size() == 2);
  }

  @Test
  void whoAnswersAsABrokenGatewayIsLeftOut() throws IOException {
    await().atMost(PATIENCE).until(() -> askedOf("erring.shop", 10).size() == 2);

    mesh.sick().add("erring-1");
    int failed = 0;
    for (int i = 0; i < 20; i++) {
      failed += mesh.call("GET", "erring.shop", "/").status() == 502 ? 1 : 0;
    }

    assertThat(failed).as("two in a row are enough").isEqualTo(2);
  }

  @Test
  void aServiceThatFailsIsLeftAloneUntilItIsWell() throws Exception {
    await()
        .atMost(PATIENCE)
        .until(() -> mesh.call("GET", "fragile.shop", "/").body().startsWith("fragile-1 "));

    await()
        .atMost(PATIENCE)
        .until(
            () ->
                mesh.call("GET", "fragile.shop", "/breaks", "x-refuse: 100")
                    .body()
                    .startsWith("next-1 "));
    assertThat(mesh.call("GET", "fragile.shop", "/instead").body())
        .startsWith("next-1 GET /instead");

    mesh.apply(
        """
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: fragile, namespace: shop}
        spec:
          targetRef: {kind: Service, name: fragile}
          errorRateBreaker: {timeout: 10s, minRequests: 3, resetTimeout: 1ms}
        """);

    await()
        .atMost(PATIENCE)
        .until(() -> mesh.call("GET", "fragile.shop", "/better").body().startsWith("fragile-1 "));
  }

  private static Set<String> askedOf(String host, int requests) throws IOException {
    Set<String> instances = new HashSet<>();
    for (int i = 0; i < requests; i++) {
      instances.add(mesh.call("GET", host, "/").body().split(" ", 2)[0]);
    }
    return instances;
  }
}
