package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.control.identity.AuthoritySettings;
import dev.weft.control.identity.CertificateAuthority;
import dev.weft.control.store.Database;
import dev.weft.control.xds.SidecarClient;
import dev.weft.control.xds.WorkloadTls;
import dev.weft.xds.client.AdsClient;
import dev.weft.xds.client.AdsClientOptions.Variant;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The end of a whole node that has work under way: nothing is left behind that fails. */
class ControlPlaneStopTest {
  private static final int SIDECARS = 6;
  private static final String SERVICE =
      """
      {"apiVersion":"weft.dev/v1alpha1","kind":"Service",
       "metadata":{"name":"catalog","namespace":"shop"},
       "spec":{"ports":[{"name":"grpc","port":%d,"protocol":"grpc"}]}}
      """;

  @TempDir Path folder;
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Vertx vertx = Vertx.vertx();
  private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    logged.start();
    root.addAppender(logged);
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
  }

  @AfterEach
  void stopListening() throws Exception {
    root.detachAppender(logged);
    Thread.setDefaultUncaughtExceptionHandler(null);
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @RepeatedTest(3)
  void endsWithoutAComplaintInTheMidstOfWork() throws Exception {
    List<SidecarClient> sidecars = new ArrayList<>();
    try (ControlPlane node = ControlPlane.start(TestNodes.options(folder, "node-1", List.of()))) {
      HttpClientOptions tls = tls();
      for (int i = 0; i < SIDECARS; i++) {
        sidecars.add(
            new SidecarClient(
                vertx,
                SidecarClient.node("shop", "catalog", "i" + i, 20_000 + 2 * i),
                tls,
                i % 2 == 0 ? Variant.DELTA : Variant.SOTW,
                name -> true,
                node.addresses().get("xds").port()));
      }
      put(node, 8080);
      for (SidecarClient sidecar : sidecars) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> !sidecar.store.all(XdsType.LISTENER).isEmpty());
      }
      // half of them leave and a change is on its way while the node ends
      sidecars.subList(0, SIDECARS / 2).forEach(sidecar -> sidecar.client.close());
      put(node, 8081);
    }
    List<Future<Void>> closing =
        sidecars.stream().map(sidecar -> sidecar.client).map(AdsClient::close).toList();
    Future.all(closing).toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);

    assertThat(logged.list)
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        // the sidecars' own: that they lost the node is what they should say
        .filteredOn(event -> !event.getLoggerName().startsWith("dev.weft.xds.client"))
        // how busy the machine is
        .filteredOn(event -> !event.getLoggerName().endsWith(".BlockedThreadChecker"))
        .extracting(event -> event + " " + event.getKeyValuePairs() + " " + stack(event))
        .isEmpty();
    assertThat(uncaught).isEmpty();
  }

  private static String stack(ILoggingEvent event) {
    return event.getThrowableProxy() == null
        ? ""
        : event.getThrowableProxy().getClassName() + ": " + event.getThrowableProxy().getMessage();
  }

  /** The node's own authority, from its database. */
  private HttpClientOptions tls() throws Exception {
    try (Database database = Database.sqlite(folder)) {
      CertificateAuthority authority =
          CertificateAuthority.open(
              new AuthoritySettings(
                  "weft.local", folder.resolve("ca.key"), AuthoritySettings.WORKLOAD_LIFETIME),
              database,
              Clock.systemUTC());
      return WorkloadTls.of(authority, "shop", "catalog");
    }
  }

  private static void put(ControlPlane node, int port) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://"
                              + node.addresses().get("http")
                              + "/api/v1/resources/services/shop/catalog"))
                  .header("content-type", "application/json")
                  .PUT(HttpRequest.BodyPublishers.ofString(SERVICE.formatted(port)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isBetween(200, 201);
    }
  }
}
