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
 * through two with mutual TLS between.
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
        .flatMap(way -> InteropCase.ALL.stream().map(test -> Arguments.of(test, way)));
  }

  @ParameterizedTest(name = "{0} through {1}")
  @MethodSource("cases")
  @Timeout(60)
  void passes(InteropCase test, Way way) throws Exception {
    test.run(new InteropCases(way == Way.ONE_PROXY ? GrpcInteropTest::one : GrpcInteropTest::two));
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
