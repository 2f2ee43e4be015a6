package dev.weft.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the proxy's parts. */
@AnalyzeClasses(packages = "dev.weft.proxy", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  /** What carries traffic: everything a request passes through. */
  private static final String[] DATA_PATH = {
    "dev.weft.proxy.check..",
    "dev.weft.proxy.cluster..",
    "dev.weft.proxy.deadline..",
    "dev.weft.proxy.error..",
    "dev.weft.proxy.filter..",
    "dev.weft.proxy.forward..",
    "dev.weft.proxy.http..",
    "dev.weft.proxy.http1..",
    "dev.weft.proxy.http2..",
    "dev.weft.proxy.listener..",
    "dev.weft.proxy.loop..",
    "dev.weft.proxy.overload..",
    "dev.weft.proxy.route..",
    "dev.weft.proxy.stream..",
    "dev.weft.proxy.tcp..",
    "dev.weft.proxy.upstream.."
  };

  @ArchTest
  static final ArchRule nothingKnowsTheControlPlane =
      noClasses().should().dependOnClassesThat().resideInAPackage("dev.weft.control..");

  @ArchTest
  static final ArchRule trafficKnowsNoWireFormatOfConfiguration =
      noClasses()
          .that()
          .resideInAnyPackage(DATA_PATH)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "com.google.protobuf..",
              "io.envoyproxy..",
              "dev.weft.xds.codec..",
              "dev.weft.xds.protocol..",
              "dev.weft.xds.client..",
              "io.vertx..",
              "io.micrometer..",
              "io.opentelemetry..");

  @ArchTest
  static final ArchRule decisionsKnowNoSockets =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.weft.proxy.cluster.balance..",
              "dev.weft.proxy.cluster.health..",
              "dev.weft.proxy.error..",
              "dev.weft.proxy.route..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty.channel..", "io.netty.bootstrap..", "java.net..");

  @ArchTest
  static final ArchRule trafficHasNoCycles =
      slices()
          .matching(
              "dev.weft.proxy.(check|cluster|deadline|error|filter|forward|http|http1|http2|listener|loop|overload|route|stream|tcp|tls|upstream)..")
          .should()
          .beFreeOfCycles();
}
