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
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** H77, H79: what only shows in a process of its own, with few file descriptors. */
@EnabledOnOs(OS.LINUX)
class ResourcesProcessTest {
  /** As many clients come as it has descriptors: 10000 with {@code -Dweft.descriptors=10000}. */
  private static final int DESCRIPTORS = Integer.getInteger("weft.descriptors", 256);

  /** What an HTTP/2 connection carries. */
  private static final int STREAMS = 1000;

  private static final Duration ALL = Duration.ofSeconds(10 + DESCRIPTORS / 50);

  @TempDir static Path folder;
  private static final Queue<HttpServerRequest> hanging = new ConcurrentLinkedQueue<>();
  private static Vertx vertx;
  private static ProxyProcess proxy;
  private static int web;

  @BeforeAll
  static void start() throws IOException {
    vertx = Vertx.vertx();
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
    proxy = new ProxyProcess(folder, DESCRIPTORS, app.port());
    web = proxy.port();
  }

  @AfterAll
  static void stop() {
    proxy.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
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
    return proxy.page(path);
  }

  @Test
  @Through(Pair.H1_TO_H1)
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
      assertThat(proxy.statistic("downstream_global_cx_overflow"))
          .as("connections that were shed")
          .isGreaterThan((long) DESCRIPTORS / 4);
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
  @Through(Pair.H2_TO_H1)
  void h77WithoutDescriptorsForEndpointsRequestsAreShedAndTheAdminIsThere() throws IOException {
    // Kept, for a client that nobody knows any more closes its connections.
    List<Client> clients = new ArrayList<>();
    List<Future<Client.Reply>> replies = new ArrayList<>();
    for (int i = 0; i < DESCRIPTORS; i++) {
      if (i % STREAMS == 0) {
        clients.add(new Client(vertx, HttpVersion.HTTP_2));
      }
      replies.add(clients.getLast().start(web, HttpMethod.GET, "/hang", Map.of(), null));
    }
    await("every request, held or shed")
        .atMost(ALL)
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
    assertThat(clients).allMatch(client -> client.get(web, "/").body().equals("app"));
  }

  @Test
  @Through(Pair.H1_TO_H1)
  void h79WhatClientsNameMakesNoMetrics() throws IOException {
    try (RawClient client = new RawClient(web)) {
      assertThat(served(client)).isTrue();
      long before = metrics();
      for (int i = 0; i < 300; i++) {
        client.send(
            ("M%1$d /path%1$d/x%1$d?q=%1$d HTTP/1.1\r\nhost: h%1$d.test\r\n"
                    + "x-header-%1$d: %1$d\r\nuser-agent: agent%1$d\r\n\r\n")
                .formatted(i));
        client.readUntil("app");
      }
      assertThat(metrics()).isEqualTo(before);
    }
  }

  /** Lines of metrics; without those of collections, which are there from the first one on. */
  private long metrics() throws IOException {
    return page("/stats/prometheus").lines().filter(line -> !line.contains("jvm_gc_")).count();
  }
}
