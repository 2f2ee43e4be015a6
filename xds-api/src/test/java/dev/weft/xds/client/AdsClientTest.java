package dev.weft.xds.client;

import static dev.weft.xds.protocol.Resources.snapshot;
import static dev.weft.xds.resource.XdsType.CLUSTER;
import static dev.weft.xds.resource.XdsType.ENDPOINT;
import static dev.weft.xds.resource.XdsType.LISTENER;
import static dev.weft.xds.resource.XdsType.ROUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.xds.client.AdsClientOptions.Variant;
import dev.weft.xds.protocol.Resources;
import dev.weft.xds.protocol.ServerAction;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Over real sockets, against real servers. */
class AdsClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static Vertx vertx;

  private final ResourceStore store = new ResourceStore(InstantSource.system());
  private final List<AdsClient> clients = new ArrayList<>();
  private final List<ControlPlane> servers = new ArrayList<>();
  private ControlPlane server;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @BeforeEach
  void startServer() throws Exception {
    server = another();
  }

  @AfterEach
  void stop() throws Exception {
    for (AdsClient client : clients) {
      client.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
    for (ControlPlane each : servers) {
      each.close();
    }
  }

  private ControlPlane another() throws Exception {
    return opened(ControlPlane.plaintext(vertx, 0));
  }

  private ControlPlane opened(ControlPlane opened) {
    servers.add(opened);
    return opened;
  }

  private AdsClient client(AdsClientOptions options) {
    AdsClient client = new AdsClient(vertx, options, Resources.decoder(), store);
    clients.add(client);
    return client;
  }

  private static AdsClientOptions options(
      Supplier<HttpClientOptions> transport, SocketAddress... servers) {
    return AdsClientOptions.of(List.of(servers), Resources.node(), transport)
        .withBackoff(Duration.ofMillis(10), Duration.ofMillis(100));
  }

  private AdsClientOptions options() {
    return options(HttpClientOptions::new, server.address());
  }

  private void untilHeld(XdsType type, Map<String, String> words) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(store.models(type, String.class)).isEqualTo(words);
            });
  }

  @ParameterizedTest
  @EnumSource
  void followsTheControlPlane(Variant variant) {
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1", "b", "1"))));
    AdsClient client = client(options().withVariant(variant));
    client.subscribeAll(CLUSTER);
    client.start();
    untilHeld(CLUSTER, Map.of("a", "1", "b", "1"));

    server.serve(snapshot(2, Map.of(CLUSTER, Map.of("a", "2"))));
    untilHeld(CLUSTER, Map.of("a", "2"));

    client.subscribe(ENDPOINT, Set.of("x"));
    server.serve(
        snapshot(3, Map.of(CLUSTER, Map.of("a", "2"), ENDPOINT, Map.of("x", "1", "y", "1"))));
    untilHeld(ENDPOINT, Map.of("x", "1"));
    assertThat(client.status().connected()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void tellsTheServerWhatIsWrongAndKeepsTheLastGoodValue(Variant variant) {
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1", "b", "1"))));
    AdsClient client = client(options().withVariant(variant));
    client.subscribeAll(CLUSTER);
    client.start();
    untilHeld(CLUSTER, Map.of("a", "1", "b", "1"));

    server.serve(snapshot(2, Map.of(CLUSTER, Map.of("a", "bad", "b", "2"))));

    untilHeld(CLUSTER, Map.of("a", "1", "b", "2"));
    await()
        .atMost(PATIENCE)
        .until(() -> server.answers().getLast() instanceof ServerAction.Refused<?>);
    assertThat(((ServerAction.Refused<?>) server.answers().getLast()).reasons())
        .isEqualTo(Map.of("a", "word: bad is not allowed"));
    assertThat(store.refusals(CLUSTER).get("a").problems())
        .containsExactly("word: bad is not allowed");

    server.serve(snapshot(3, Map.of(CLUSTER, Map.of("a", "3", "b", "2"))));
    untilHeld(CLUSTER, Map.of("a", "3", "b", "2"));
    assertThat(store.refusals(CLUSTER)).isEmpty();
    assertThat(store.lastRefusal(CLUSTER).name()).isEqualTo("a");
  }

  @Test
  void asksForWhatAResourceRefersToBeforeItConfirmsIt() {
    server.serve(snapshot(1, Map.of(LISTENER, Map.of("l", "r"), ROUTE, Map.of("r", "1"))));
    AdsClient client = client(options());
    store.listen(
        change -> {
          if (change.type() == LISTENER) {
            client.subscribe(ROUTE, Set.copyOf(store.models(LISTENER, String.class).values()));
          }
        });
    client.subscribeAll(LISTENER);
    client.start();

    untilHeld(ROUTE, Map.of("r", "1"));
    await().atMost(PATIENCE).until(() -> server.answers().size() == 2);
  }

  @ParameterizedTest
  @EnumSource
  void connectsAgainAndCatchesUp(Variant variant) throws Exception {
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1", "gone", "1"))));
    AdsClient client = client(options().withVariant(variant));
    client.subscribeAll(CLUSTER);
    client.start();
    untilHeld(CLUSTER, Map.of("a", "1", "gone", "1"));

    int port = server.port();
    server.close();
    await().atMost(PATIENCE).until(() -> client.status().lastError() != null);
    assertThat(store.models(CLUSTER, String.class)).hasSize(2);

    server = opened(ControlPlane.plaintext(vertx, port));
    server.serve(snapshot(2, Map.of(CLUSTER, Map.of("a", "2"))));
    untilHeld(CLUSTER, Map.of("a", "2"));
  }

  @Test
  void opensAStreamThatEndedWellAgain() {
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    AdsClient client = client(options());
    client.subscribeAll(CLUSTER);
    client.start();
    untilHeld(CLUSTER, Map.of("a", "1"));

    server.endStreams();

    await().atMost(PATIENCE).until(() -> server.clients().size() == 2);
    assertThat(client.status().lastError()).isNull();
  }

  @Test
  void goesToTheNextServerWhenOneIsGone() throws Exception {
    ControlPlane second = another();
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    second.serve(snapshot(2, Map.of(CLUSTER, Map.of("a", "2"))));
    AdsClient client = client(options(HttpClientOptions::new, server.address(), second.address()));
    client.subscribeAll(CLUSTER);
    client.start();
    untilHeld(CLUSTER, Map.of("a", "1"));

    server.close();

    untilHeld(CLUSTER, Map.of("a", "2"));
    assertThat(client.status().server()).isEqualTo(second.address().toString());
  }

  @Test
  void presentsTheCertificateOfTheDayAtEveryConnection() throws Exception {
    Authority authority = new Authority("weft");
    ControlPlane tls = opened(ControlPlane.tls(vertx, authority));
    tls.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    AtomicInteger issued = new AtomicInteger();
    Supplier<HttpClientOptions> transport =
        () ->
            new HttpClientOptions()
                .setSsl(true)
                .setTrustOptions(authority.trust())
                .setKeyCertOptions(authority.issue("catalog-" + issued.incrementAndGet()));
    AdsClient client = client(options(transport, tls.address()));
    client.subscribeAll(CLUSTER);
    client.start();
    untilHeld(CLUSTER, Map.of("a", "1"));

    tls.endStreams();

    await().atMost(PATIENCE).until(() -> tls.clients().size() == 2);
    assertThat(tls.clients()).doesNotHaveDuplicates();
    assertThat(tls.clients().getLast()).isEqualTo("CN=catalog-" + issued.get());
  }

  @Test
  void doesNotTalkToAServerItDoesNotTrust() throws Exception {
    Authority authority = new Authority("weft");
    ControlPlane tls = opened(ControlPlane.tls(vertx, authority));
    Supplier<HttpClientOptions> transport =
        () ->
            new HttpClientOptions()
                .setSsl(true)
                .setTrustOptions(new Authority("other").trust())
                .setKeyCertOptions(authority.issue("catalog"));
    AdsClient client = client(options(transport, tls.address()));
    client.subscribeAll(CLUSTER);
    client.start();

    await().atMost(PATIENCE).until(() -> client.status().failures() > 1);
    assertThat(tls.clients()).isEmpty();
    assertThat(client.status().connected()).isFalse();
    assertThat(client.status().lastError()).contains("SSL", "certification path");
  }

  @Test
  void saysThatTheServerHangsUpInTheHandshake() throws Exception {
    try (ServerSocket hangsUp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                while (!hangsUp.isClosed()) {
                  try {
                    hangsUp.accept().close();
                  } catch (IOException closed) {
                    return;
                  }
                }
              });
      AdsClient client =
          client(
              options(
                  () -> new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false),
                  SocketAddress.inetSocketAddress(hangsUp.getLocalPort(), "127.0.0.1")));
      client.start();

      String error =
          await().atMost(PATIENCE).until(() -> client.status().lastError(), Objects::nonNull);
      assertThat(error).containsAnyOf("closed", "reset");
    }
  }

  @Test
  void saysThatNobodyListens() throws Exception {
    int port = server.port();
    server.close();
    AdsClient client =
        client(options(HttpClientOptions::new, SocketAddress.inetSocketAddress(port, "127.0.0.1")));
    client.start();

    String error =
        await().atMost(PATIENCE).until(() -> client.status().lastError(), Objects::nonNull);
    assertThat(error).contains("Connection refused", "127.0.0.1:" + port);
  }

  @Test
  void survivesATransportThatCannotBeSetUp() {
    AtomicInteger asked = new AtomicInteger();
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    Supplier<HttpClientOptions> transport =
        () -> {
          if (asked.incrementAndGet() < 3) {
            throw new IllegalStateException("no certificate yet");
          }
          return new HttpClientOptions();
        };
    AdsClient client = client(options(transport, server.address()));
    client.subscribeAll(CLUSTER);
    client.start();

    untilHeld(CLUSTER, Map.of("a", "1"));
  }

  @Test
  void saysWithWhatStatusItWasTurnedAway() {
    server.refuse(GrpcStatus.PERMISSION_DENIED);
    AdsClient client = client(options());
    client.subscribeAll(CLUSTER);
    client.start();

    String error =
        await().atMost(PATIENCE).until(() -> client.status().lastError(), Objects::nonNull);
    assertThat(error).contains("PERMISSION_DENIED").contains("not you");
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    server.refuse(GrpcStatus.OK);
    untilHeld(CLUSTER, Map.of("a", "1"));
  }

  @Test
  void takesLargeResponses() {
    String large = "x".repeat(3 << 20);
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", large, "b", large, "c", large))));
    AdsClient client = client(options().withVariant(Variant.SOTW));
    client.subscribeAll(CLUSTER);
    client.start();

    untilHeld(CLUSTER, Map.of("a", large, "b", large, "c", large));
  }

  @ParameterizedTest
  @EnumSource
  void remembersNoNamesThatComeAndGo(Variant variant) {
    AdsClient client = client(options().withVariant(variant));
    client.subscribeAll(CLUSTER);
    client.start();

    for (int revision = 1; revision <= 20; revision++) {
      Map<String, String> words = Map.of("stays", "1", "passing-" + revision, "1");
      server.serve(snapshot(revision, Map.of(CLUSTER, words)));
      untilHeld(CLUSTER, words);
    }

    assertThat(store.absent(CLUSTER)).isEmpty();
  }

  @Test
  void reportsWhatHasNotComeInTime() {
    AdsClient client =
        client(options().withVariant(Variant.SOTW).withResourceTimeout(Duration.ofMillis(50)));
    List<StoreChange> changes = new CopyOnWriteArrayList<>();
    store.listen(changes::add);
    client.subscribe(ROUTE, Set.of("r"));
    client.start();

    await().atMost(PATIENCE).until(() -> store.absent(ROUTE).contains("r"));
    assertThat(changes)
        .singleElement()
        .satisfies(change -> assertThat(change.absent()).containsExactly("r"));
    server.serve(snapshot(1, Map.of(ROUTE, Map.of("r", "1"))));
    untilHeld(ROUTE, Map.of("r", "1"));
    assertThat(store.absent(ROUTE)).isEmpty();
  }

  @Test
  void saysGoodbyeWhenItIsClosed() throws Exception {
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    AdsClient client = client(options());
    client.subscribeAll(CLUSTER);
    client.start();
    untilHeld(CLUSTER, Map.of("a", "1"));
    assertThat(server.goodbyes()).isEmpty();

    client.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);

    assertThat(server.goodbyes()).hasSize(1);
    assertThat(client.status().state()).isEqualTo(AdsStatus.State.CLOSED);
    assertThat(store.models(CLUSTER, String.class)).isEqualTo(Map.of("a", "1"));
  }

  @Test
  void manyThatLeaveAtOnceAreAllHeardThoughMoreIsSentToThem() throws Exception {
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    for (int i = 0; i < 8; i++) {
      AdsClient client = client(options());
      client.subscribeAll(CLUSTER);
      client.start();
    }
    await().atMost(PATIENCE).until(() -> server.answers().size() == 8);
    server.atGoodbye(() -> server.serve(snapshot(2, Map.of(CLUSTER, Map.of("a", "2")))));

    List<Future<Void>> closing = clients.stream().map(AdsClient::close).toList();
    Future.all(closing).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);

    assertThat(server.goodbyes()).hasSize(8);
  }

  @Test
  void beginsWithWhatWasKeptOnDisk() {
    server.serve(snapshot(1, Map.of(CLUSTER, Map.of("a", "1"))));
    AdsClient first = client(options());
    first.subscribeAll(CLUSTER);
    first.start();
    untilHeld(CLUSTER, Map.of("a", "1"));
    StoredResource kept = store.get(CLUSTER, "a");

    ResourceStore restarted = new ResourceStore(InstantSource.system());
    restarted.restore(CLUSTER, "a", kept.version(), kept.model(), kept.bytes());
    restarted.restore(CLUSTER, "gone", "1", "1", kept.bytes());
    AdsClient second = new AdsClient(vertx, options(), Resources.decoder(), restarted);
    clients.add(second);
    second.subscribeAll(CLUSTER);
    second.start();

    await()
        .atMost(PATIENCE)
        .until(() -> restarted.models(CLUSTER, String.class).equals(Map.of("a", "1")));
    assertThat(restarted.get(CLUSTER, "a").model()).isSameAs(kept.model());
  }
}
