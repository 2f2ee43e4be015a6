package dev.weft.xds;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.weft.xds.client.AdsMethods;

/** The arrows between the module's packages, and who may know of protobuf and Vert.x. */
@AnalyzeClasses(packages = "dev.weft.xds", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] PROTOBUF = {
    "com.google.protobuf..", "com.google.rpc..", "io.envoyproxy.."
  };
  private static final String[] TRANSPORT = {"io.vertx..", "io.netty.."};

  @ArchTest
  static final ArchRule theModelIsPlain =
      classes()
          .that()
          .resideInAnyPackage("dev.weft.xds.model..", "dev.weft.xds.resource..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "org.jspecify.annotations..",
              "dev.weft.xds.model..",
              "dev.weft.xds.resource..");

  @ArchTest
  static final ArchRule onlyCodecAndProtocolKnowProtobuf =
      noClasses()
          .that(
              not(resideInAnyPackage("dev.weft.xds.codec..", "dev.weft.xds.protocol.."))
                  // names the generated messages of the two methods, and nothing else
                  .and(not(belongToAnyOf(AdsMethods.class))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(PROTOBUF);

  @ArchTest
  static final ArchRule onlyTheClientKnowsTheTransport =
      noClasses()
          .that(not(resideInAPackage("dev.weft.xds.client..")))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(TRANSPORT);

  @ArchTest
  static final ArchRule theProtocolKnowsNoContent =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.xds.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.weft.xds.client..",
              "dev.weft.xds.codec..",
              "dev.weft.xds.match..",
              "dev.weft.xds.model..",
              "io.envoyproxy.envoy.config.cluster..",
              "io.envoyproxy.envoy.config.endpoint..",
              "io.envoyproxy.envoy.config.listener..",
              "io.envoyproxy.envoy.config.route..");

  @ArchTest
  static final ArchRule theProtocolHasNoClockAndNoThreads =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.xds.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.net..", "java.nio.channels..", "java.util.concurrent..")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now");

  @ArchTest
  static final ArchRule theClientTakesItsDecoderFromOutside =
      noClasses()
          .that()
          .resideInAPackage("dev.weft.xds.client..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.weft.xds.codec..", "dev.weft.xds.match..", "dev.weft.xds.model..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.weft.xds.(*)..").should().beFreeOfCycles();
}
