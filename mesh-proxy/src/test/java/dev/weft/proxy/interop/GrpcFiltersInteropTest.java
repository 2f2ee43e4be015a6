package dev.weft.proxy.interop;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.interop.FilteredMesh.Host;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.RecordingTelemetry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.TestServiceImpl;
import io.vertx.core.http.HttpMethod;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * gRPC's interoperability cases between grpc-java's client and server through every HTTP filter
 * that suits gRPC, and through them with retries, with hedging, and with a mirror that serves the
 * cases, too.
 */
class GrpcFiltersInteropTest {
  private static final String CALL = "/grpc.testing.TestService/EmptyCall";
  private static final String NO_MESSAGE = "\0\0\0\0\0";
  private static final int LARGEST_MESSAGE = 16 * 1024 * 1024;

  private static final AtomicInteger COPIES = new AtomicInteger();
  private static FilteredMesh filtered;
  private static ScheduledExecutorService threads;
  private static Server mirror;

  @BeforeAll
  static void start() throws Exception {
    filtered = new FilteredMesh();
    threads = Executors.newScheduledThreadPool(2);
    List<ServerInterceptor> interceptors = new ArrayList<>(TestServiceImpl.interceptors());
    interceptors.add(new Counting());
    mirror =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", 0), InsecureServerCredentials.create())
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .addService(ServerInterceptors.intercept(new TestServiceImpl(threads), interceptors))
            .build()
            .start();
  }

  @AfterAll
  static void close() {
    filtered.close();
    mirror.shutdownNow();
    threads.shutdownNow();
  }

  private static final class Counting implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      COPIES.incrementAndGet();
      return next.startCall(call, headers);
    }
  }

  private static InteropCases at(Host host) {
    return new InteropCases(server -> filtered.before(server, mirror.getPort()), host.authority());
  }

  static Stream<Arguments> cases() {
    return Stream.of(Host.values())
        .flatMap(
            host ->
                InteropCase.ALL.stream()
                    .filter(test -> host.suits(test.large()))
                    .map(test -> Arguments.of(test, host)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("cases")
  @Timeout(60)
  void passes(InteropCase test, Host host) throws Exception {
    test.run(at(host));
  }

  /** The cases would pass as well if the filters were not there. */
  @Test
  @Timeout(60)
  void everyFilterHasItsPart() throws Exception {
    RecordingTelemetry seen = filtered.mesh.telemetry;
    InteropCases cases = at(Host.PLAIN);
    cases.setUp();
    try {
      cases.emptyUnary();
      Map<String, String> host = Map.of("host", Host.PLAIN.authority());
      int port = filtered.mesh.port();
      assertThat(filtered.mesh.h1.get(port, "/healthz", host).status()).isEqualTo(200);
      Reply refused = filtered.mesh.h1.get(port, "/other", host);
      assertThat(refused.status()).as("by who may call what").isEqualTo(403);
      Reply told =
          filtered.mesh.h1.call(
              port,
              HttpMethod.POST,
              CALL,
              Map.of(
                  "host",
                  Host.PLAIN.authority(),
                  "content-type",
                  "application/grpc",
                  "te",
                  "trailers",
                  "origin",
                  "https://app.test"),
              NO_MESSAGE);
      assertThat(told.header("x-served-by")).isEqualTo("weft");
      assertThat(told.header("access-control-allow-origin")).isEqualTo("https://app.test");
      await("metadata of two headers")
          .until(
              () ->
                  seen.lines().stream()
                      .anyMatch(
                          line ->
                              line.metadata().get("notes") instanceof Map<?, ?> notes
                                  && String.valueOf(notes.get("caller")).startsWith("grpc-java")
                                  && "weft".equals(notes.get("served-by"))));
      assertThat(seen.count("http.grpc.fault.delays_injected")).isPositive();
      assertThat(seen.count("wide.http_local_rate_limit.ok")).isPositive();
      assertThat(seen.count("http.grpc.cors.origin_valid")).isPositive();
      assertThat(seen.count("http.grpc.rbac.allowed")).isPositive();
      assertThat(seen.grpc().plain())
          .anyMatch(
              line ->
                  line.startsWith("cluster.server.grpc.grpc.testing.TestService.EmptyCall.0: "));
    } finally {
      cases.tearDown();
    }
  }

  @Test
  @Timeout(60)
  void everyEndpointHasItsPart() throws Exception {
    int refused = filtered.refusing.requests();
    int unavailable = filtered.unavailable.requests();
    int copies = COPIES.get();
    InteropCases cases = at(Host.RETRIED);
    cases.setUp();
    try {
      for (int call = 0; call < 3; call++) {
        cases.emptyUnary();
      }
    } finally {
      cases.tearDown();
    }
    assertThat(filtered.refusing.requests()).isGreaterThan(refused);
    assertThat(filtered.unavailable.requests()).isGreaterThan(unavailable);
    assertThat(filtered.head)
        .as("of a unary call that waited until it was whole, and was given a header")
        .containsEntry("content-length", "5")
        .containsEntry("x-through", "weft");

    cases = at(Host.MIRRORED);
    cases.setUp();
    try {
      cases.emptyUnary();
      await("a copy of a call").until(() -> COPIES.get() > copies);
    } finally {
      cases.tearDown();
    }
  }

  /** Of calls one after the other every second at least goes to the silent endpoint first. */
  @Test
  @Timeout(60)
  void callsAreAnsweredThoughTheirFirstTryIsNot() throws Exception {
    int overtaken = filtered.overtaken();
    InteropCases cases = at(Host.HEDGED);
    cases.setUp();
    try {
      for (int call = 0; call < 4; call++) {
        cases.emptyUnary();
      }
    } finally {
      cases.tearDown();
    }
    assertThat(filtered.overtaken()).isGreaterThanOrEqualTo(overtaken + 2);
  }
}
