package dev.weft.proxy.interop;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.grpc.testing.integration.AbstractInteropTest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * gRPC's interoperability cases between grpc-java's client and server, through one proxy and
 * through two with mutual TLS between. Left out are those that need a cloud's credentials (ALTS,
 * OAuth2, compute engine), an HTTP cache (cacheable_unary), several servers or load reports
 * (pick_first_unary, orca_*), and a server that tells whether a message came compressed (the probe
 * of client_compressed_*; grpc-java's does not). The soaks are this project's own.
 *
 * @see <a
 *     href="https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md">descriptions</a>
 */
class GrpcInteropTest {
  private static final String SERVER = "spiffe://weft.local/ns/shop/sa/server";
  private static final String NAME = "grpc.server.shop.weft.local";
  private static Mesh caller;
  private static Mesh callee;

  private enum Way {
    ONE_PROXY,
    TWO_PROXIES_WITH_MTLS
  }

  private interface Run {
    void of(AbstractInteropTest cases) throws Exception;
  }

  private record Case(String name, Run run) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final List<Case> CASES =
      List.of(
          // As the descriptions name them.
          new Case("empty_unary", AbstractInteropTest::emptyUnary),
          new Case("large_unary", AbstractInteropTest::largeUnary),
          new Case("client_compressed_unary_noprobe", t -> t.clientCompressedUnary(false)),
          new Case("server_compressed_unary", AbstractInteropTest::serverCompressedUnary),
          new Case("client_streaming", AbstractInteropTest::clientStreaming),
          new Case("client_compressed_streaming_noprobe", t -> t.clientCompressedStreaming(false)),
          new Case("server_streaming", AbstractInteropTest::serverStreaming),
          new Case("server_compressed_streaming", AbstractInteropTest::serverCompressedStreaming),
          new Case("ping_pong", AbstractInteropTest::pingPong),
          new Case("empty_stream", AbstractInteropTest::emptyStream),
          new Case("custom_metadata", AbstractInteropTest::customMetadata),
          new Case("status_code_and_message", AbstractInteropTest::statusCodeAndMessage),
          new Case("special_status_message", AbstractInteropTest::specialStatusMessage),
          new Case("unimplemented_method", test -> test.unimplementedMethod()),
          new Case("unimplemented_service", test -> test.unimplementedService()),
          new Case("cancel_after_begin", AbstractInteropTest::cancelAfterBegin),
          new Case("cancel_after_first_response", AbstractInteropTest::cancelAfterFirstResponse),
          new Case("timeout_on_sleeping_server", AbstractInteropTest::timeoutOnSleepingServer),
          // Of grpc-java alone.
          new Case("full_duplex_call", AbstractInteropTest::fullDuplexCallShouldSucceed),
          new Case("half_duplex_call", AbstractInteropTest::halfDuplexCallShouldSucceed),
          new Case("flow_control", AbstractInteropTest::serverStreamingShouldBeFlowControlled),
          new Case("very_large_request", AbstractInteropTest::veryLargeRequest),
          new Case("very_large_response", AbstractInteropTest::veryLargeResponse),
          new Case("metadata_unary", AbstractInteropTest::exchangeMetadataUnaryCall),
          new Case("metadata_streaming", AbstractInteropTest::exchangeMetadataStreamingCall),
          new Case("timeout_header", test -> test.sendsTimeoutHeader()),
          new Case("deadline_not_exceeded", test -> test.deadlineNotExceeded()),
          new Case("deadline_exceeded", AbstractInteropTest::deadlineExceeded),
          new Case(
              "deadline_exceeded_streaming", AbstractInteropTest::deadlineExceededServerStreaming),
          new Case("deadline_in_past", AbstractInteropTest::deadlineInPast),
          new Case("max_inbound_size", test -> test.maxInboundSize_exact()),
          new Case("max_inbound_size_passed", test -> test.maxInboundSize_tooBig()),
          new Case("max_outbound_size", test -> test.maxOutboundSize_exact()),
          new Case("max_outbound_size_passed", test -> test.maxOutboundSize_tooBig()),
          new Case("graceful_shutdown", AbstractInteropTest::gracefulShutdown),
          new Case("retriable_stream", AbstractInteropTest::emptyUnaryWithRetriableStream));

  @BeforeAll
  static void start() {
    caller = new Mesh();
    callee = new Mesh();
    TestCa ca = new TestCa("mesh root");
    Tls.identify(caller.secrets, ca.workload("shop", "client"), ca);
    Tls.identify(callee.secrets, ca.workload("shop", "server"), ca);
  }

  @AfterAll
  static void close() {
    caller.close();
    callee.close();
  }

  static Stream<Arguments> cases() {
    return Stream.of(Way.values())
        .flatMap(way -> CASES.stream().map(test -> Arguments.of(test, way)));
  }

  @ParameterizedTest(name = "{0} through {1}")
  @MethodSource("cases")
  @Timeout(60)
  void passes(Case test, Way way) throws Exception {
    InteropCases cases =
        new InteropCases(way == Way.ONE_PROXY ? GrpcInteropTest::one : GrpcInteropTest::two);
    cases.setUp();
    try {
      test.run().of(cases);
    } finally {
      cases.tearDown();
    }
  }

  private static int one(int server) {
    caller.apply(config(all("server"), cluster("server", UpstreamProtocol.HTTP2, server)));
    return caller.port();
  }

  private static int two(int server) {
    callee.apply(
        config(
            List.of(
                listener(
                    "in",
                    List.of(
                        chain(
                            "grpc",
                            ChainMatch.serverNames(List.of(NAME)),
                            Tls.downstream("h2"),
                            manager("grpc", "routes"))),
                    null)),
            all("application"),
            cluster("application", UpstreamProtocol.HTTP2, server)));
    caller.apply(
        config(
            all("server"),
            new ClusterConfig(
                cluster(
                    "server",
                    UpstreamProtocol.HTTP2,
                    Tls.upstream(SERVER, NAME, "h2"),
                    Thresholds.DEFAULTS,
                    null),
                endpoints("server", callee.port()))));
    return caller.port();
  }
}
