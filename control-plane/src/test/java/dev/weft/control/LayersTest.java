package dev.weft.control;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which way dependencies point inside the control plane. */
@AnalyzeClasses(packages = "dev.weft.control", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {
  private static final String BASE = "dev.weft.control.";

  @ArchTest
  static final ArchRule THE_VOCABULARY_KNOWS_NOTHING_OF_THE_REST =
      noClasses()
          .that()
          .resideInAPackage(BASE + "resource..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.weft.xds..",
              "io.vertx..",
              "org.jdbi..",
              BASE + "store..",
              BASE + "admin..",
              BASE + "compile..",
              BASE + "xds..",
              BASE + "identity..",
              BASE + "cluster..");

  @ArchTest
  static final ArchRule THE_STORE_KNOWS_ONLY_THE_VOCABULARY =
      noClasses()
          .that()
          .resideInAPackage(BASE + "store..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.weft.xds..",
              "io.vertx..",
              BASE + "admin..",
              BASE + "compile..",
              BASE + "xds..",
              BASE + "identity..",
              BASE + "cluster..");

  @ArchTest
  static final ArchRule REST_KNOWS_THE_MESH_BY_ITS_OWN_VIEWS_ONLY =
      noClasses()
          .that()
          .resideInAPackage(BASE + "admin..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.weft.xds..",
              BASE + "compile..",
              BASE + "xds..",
              BASE + "discovery..",
              BASE + "identity..",
              BASE + "cluster..");
}
