package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.RawClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** H77, H79: what only shows in a process of its own, with few file descriptors. */
@EnabledOnOs(OS.LINUX)
class ResourcesProcessTest {
  private static final int DESCRIPTORS = 256;
  private static final Pattern PORT = Pattern.compile(" (admin|web)=(\\d+)");

  @TempDir static Path folder;
  private static final Queue<HttpServerRequest> hanging = new ConcurrentLinkedQueue<>();
  private static Vertx vertx;
  private static Process proxy;
  private static int web;
  private static int admin;

  @BeforeAll
  static void start() throws IOException {
    vertx = Vertx.vertx();
    Path bootstrap = folder.resolve("bootstrap.yaml");
    Backend app =
        Backend.start(
            vertx,
            request -> {
              if (request.path().equals("/hang")) {
                hanging.add(request);
              } else {
                request.response().end("app");
              }
            });
    Files.writeString(bootstrap, bootstrap(app.port()));
    ProcessBuilder builder =
        new ProcessBuilder(
            "sh",
            "-c",
            "ulimit -n " + DESCRIPTORS + " && exec \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.weft.proxy.Main",
            "--bootstrap",
            bootstrap.toString());
    builder.redirectErrorStream(true);
    proxy = builder.start();
    BufferedReader output = proxy.inputReader(StandardCharsets.UTF_8);
    StringBuilder read = new StringBuilder();
    while (web == 0 || admin == 0) {
      String line = output.readLine();
      assertThat(line).as("a line with ports after: " + read).isNotNull();
      read.append(line).append('\n');
      Matcher port = PORT.matcher(line);
      while (port.find()) {
        int number = Integer.parseInt(port.group(2));
        admin = port.group(1).equals("admin") ? number : admin;
        web = port.group(1).equals("web") ? number : web;
      }
    }
    Thread.ofVirtual().start(() -> output.lines().forEach(line -> {}));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    proxy.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static String bootstrap(int port) {
    return """
    admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
    static_resources:
      listeners:
      - name: web
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: web
              route_config:
                virtual_hosts:
                - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: app}}]}
              http_filters:
              - name: envoy.filters.http.router
                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
      clusters:
      - name: app
        type: STATIC
        load_assignment:
          cluster_name: app
          endpoints:
          - lb_endpoints:
            - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
    """
        .formatted(port);
  }

  /** Whether a request on this connection is served; false if the connection was closed instead. */
  private static boolean served(RawClient client) {
    try {
      client.send("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n");
      boolean ok = client.readUntil("\r\n").startsWith("HTTP/1.1 200 ");
      client.readUntil(ok ? "app" : "\r\n\r\n");
      return ok;
    } catch (IOException e) {
      return false;
    }
  }

  private static String page(String path) throws IOException {
    try (RawClient client = new RawClient(admin)) {
      return client
          .send("GET " + path + " HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
          .readToEnd();
    }
  }

  private static int overflow() throws IOException {
    return page("/stats?filter=downstream_global_cx_overflow")
        .lines()
        .filter(line -> line.contains("overflow: "))
        .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void h77WithoutDescriptorsConnectionsAreShedAndTheAdminIsThere() throws IOException {
    List<RawClient> clients = new ArrayList<>();
    List<RawClient> accepted = new ArrayList<>();
    try {
      for (int i = 0; i < DESCRIPTORS; i++) {
        RawClient client = new RawClient(web);
        clients.add(client);
        if (served(client)) {
          accepted.add(client);
        }
      }
      assertThat(accepted).as("connections that were served").hasSizeBetween(10, DESCRIPTORS - 32);
      assertThat(overflow()).as("connections that were shed").isGreaterThan(DESCRIPTORS / 4);
      assertThat(page("/ready")).startsWith("HTTP/1.1 200 ").contains("LIVE");
      assertThat(accepted).allMatch(ResourcesProcessTest::served);
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
    await("a connection that is served again")
        .until(
            () -> {
              try (RawClient client = new RawClient(web)) {
                return served(client);
              }
            });
  }

  /** Whether another client is let in, and answered by whoever can. */
  private static boolean admitted() throws IOException {
    try (RawClient client = new RawClient(web)) {
      client.send("GET /too-many HTTP/1.1\r\nhost: a.test\r\n\r\n");
      return client.readUntil("\r\n").startsWith("HTTP/1.1 ");
    }
  }

  @Test
  void h77WithoutDescriptorsForEndpointsRequestsAreShedAndTheAdminIsThere() throws IOException {
    Client client = new Client(vertx, HttpVersion.HTTP_2);
    List<Future<Client.Reply>> replies = new ArrayList<>();
    for (int i = 0; i < DESCRIPTORS; i++) {
      replies.add(client.start(web, HttpMethod.GET, "/hang", Map.of(), null));
    }
    await("every request, held or shed")
        .until(
            () ->
                hanging.size() + replies.stream().filter(Future::isComplete).count()
                    == DESCRIPTORS);
    List<Client.Reply> shed =
        replies.stream().filter(Future::isComplete).map(Client::await).toList();

    assertThat(shed).hasSizeBetween(32, DESCRIPTORS - 10);
    assertThat(admitted()).isTrue();
    assertThat(shed)
        .allMatch(reply -> reply.status() == 503)
        .allMatch(reply -> "true".equals(reply.header("x-envoy-overloaded")));
    assertThat(page("/ready")).startsWith("HTTP/1.1 200 ").contains("LIVE");
    hanging.forEach(request -> request.response().end("late"));
    replies.forEach(reply -> assertThat(Client.await(reply).status()).isIn(200, 503));
    assertThat(client.get(web, "/").body()).isEqualTo("app");
  }

  @Test
  void h79WhatClientsNameMakesNoMetrics() throws IOException {
    try (RawClient client = new RawClient(web)) {
      assertThat(served(client)).isTrue();
      long before = page("/stats/prometheus").lines().count();
      for (int i = 0; i < 300; i++) {
        client.send(
            ("M%1$d /path%1$d/x%1$d?q=%1$d HTTP/1.1\r\nhost: h%1$d.test\r\n"
                    + "x-header-%1$d: %1$d\r\nuser-agent: agent%1$d\r\n\r\n")
                .formatted(i));
        client.readUntil("app");
      }
      assertThat(page("/stats/prometheus").lines().count()).isEqualTo(before);
    }
  }
}
