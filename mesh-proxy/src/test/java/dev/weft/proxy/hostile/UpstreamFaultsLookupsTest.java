package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Load;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * H83 end to end: the whole program, whose runtime looks names up in a file of ours. While clients
 * ask without a pause the name goes, is answered late, moves and flaps, and no request fails.
 */
@EnabledOnOs(OS.LINUX)
class UpstreamFaultsLookupsTest {
  private static final String NAME = "app.test";
  private static final String FAILED = "cannot be resolved; its last addresses stay";
  private static final int DESCRIPTORS = 256;
  private static final int CLIENTS = 4;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Client client = new Client(vertx, HttpVersion.HTTP_1_1);

  @AfterEach
  void stop() {
    Client.await(vertx.close());
  }

  private Path file() {
    return folder.resolve("hosts");
  }

  /** The name has these addresses from now on. */
  private void addresses(String... addresses) throws IOException {
    StringBuilder lines = new StringBuilder("127.0.0.1 localhost\n");
    for (String address : addresses) {
      lines.append(address).append(' ').append(NAME).append('\n');
    }
    Path next = Files.writeString(folder.resolve("next"), lines);
    Files.move(next, file(), StandardCopyOption.ATOMIC_MOVE);
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
                - name: all
                  domains: ["*"]
                  routes:
                  - {match: {prefix: /strict}, route: {cluster: strict}}
                  - {match: {prefix: /logical}, route: {cluster: logical}}
              http_filters:
              - name: envoy.filters.http.router
                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
      clusters:
      - name: strict
        type: STRICT_DNS
        dns_refresh_rate: 0.1s
        dns_lookup_family: V4_ONLY
        load_assignment:
          cluster_name: app
          endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: app.test, port_value: %1$d}}}}]}]
      - name: logical
        type: LOGICAL_DNS
        dns_refresh_rate: 0.1s
        dns_lookup_family: V4_ONLY
        load_assignment:
          cluster_name: app
          endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: app.test, port_value: %1$d}}}}]}]
    """
        .formatted(port);
  }

  @Test
  @Through(Pair.H1_TO_H1)
  void h83WhatBecomesOfANameUnderLoadFailsNoRequest() throws Exception {
    Backend two = Backend.named(vertx, "127.0.0.2", 0, "two");
    Backend.named(vertx, "127.0.0.3", two.port(), "three");
    addresses("127.0.0.2");
    try (ProxyProcess proxy =
        new ProxyProcess(
            folder,
            DESCRIPTORS,
            bootstrap(two.port()),
            List.of("-Djdk.net.hosts.file=" + file()))) {
      for (String path : List.of("/strict", "/logical")) {
        await("addresses of " + path).until(() -> client.get(proxy.port(), path).status() == 200);
      }
      Load strict = Load.gets(vertx, client, proxy.port(), "/strict", CLIENTS);
      Load logical = Load.gets(vertx, client, proxy.port(), "/logical", CLIENTS);
      try (strict;
          logical) {
        nobodyKnowsTheName(proxy, strict);
        nobodyCanSay(proxy, strict);
        anAnswerIsLate(strict);
        addressesFlap(proxy, strict);
      }
      assertThat(strict.all()).containsOnlyKeys("200 two", "200 three");
      // Connections to where the name led before are good as long as they last.
      assertThat(logical.all()).containsKey("200 two");
      assertThat(logical.all().keySet()).isSubsetOf("200 two", "200 three");
    }
  }

  private void nobodyKnowsTheName(ProxyProcess proxy, Load strict) throws IOException {
    addresses();
    awaitFailures(proxy);
    assertThat(strict.next(100)).containsOnlyKeys("200 two");
  }

  private void nobodyCanSay(ProxyProcess proxy, Load strict) throws IOException {
    Files.delete(file());
    awaitFailures(proxy);
    assertThat(strict.next(100)).containsOnlyKeys("200 two");
  }

  /** The file is a pipe to which nobody writes, so that whoever reads it waits. */
  private void anAnswerIsLate(Load strict) throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Files.move(pipe, file(), StandardCopyOption.ATOMIC_MOVE);
    // Opens as soon as somebody reads.
    OutputStream late =
        CompletableFuture.supplyAsync(this::pipe).orTimeout(10, TimeUnit.SECONDS).join();
    try (late) {
      assertThat(strict.next(400)).containsOnlyKeys("200 two");
      addresses("127.0.0.3");
    }
    awaitAnswers(strict, "three");
  }

  private OutputStream pipe() {
    try {
      return new FileOutputStream(file().toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addressesFlap(ProxyProcess proxy, Load strict) throws IOException {
    for (int i = 0; i < 4; i++) {
      addresses("127.0.0.2");
      awaitAnswers(strict, "two");
      addresses();
      awaitFailures(proxy);
      addresses("127.0.0.2", "127.0.0.3");
      awaitAnswers(strict, "two", "three");
      addresses("127.0.0.3");
      awaitAnswers(strict, "three");
    }
  }

  private static void awaitFailures(ProxyProcess proxy) {
    proxy.forget();
    await("both names, looked up in vain").until(() -> proxy.said(FAILED) >= 4);
  }

  private static void awaitAnswers(Load load, String... names) {
    Set<String> wanted =
        Stream.of(names).map(name -> "200 " + name).collect(Collectors.toUnmodifiableSet());
    await("answers of " + wanted + " only").until(() -> load.next(10).keySet().equals(wanted));
  }
}
