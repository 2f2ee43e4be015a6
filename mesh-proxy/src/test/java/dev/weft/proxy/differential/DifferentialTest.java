package dev.weft.proxy.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import dev.weft.proxy.differential.Scenario.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The same bootstrap runs on the real Envoy and on Weft; what clients and endpoints see must be the
 * same. The scenarios are in {@code src/test/resources/differential}, their form in
 * docs/testing.md; {@code -Ddifferential=NAME} runs one file alone.
 */
@Tag("differential")
class DifferentialTest {
  private static final Path SCENARIOS = Path.of("src", "test", "resources", "differential");
  private static final Path CERTIFICATES = Path.of("target", "differential", "certificates");

  private static List<ScenarioFile> files() throws IOException {
    String only = System.getProperty("differential");
    List<ScenarioFile> files = new ArrayList<>();
    try (Stream<Path> paths = Files.list(SCENARIOS)) {
      for (Path path : paths.sorted().toList()) {
        String name = path.getFileName().toString().replace(".yaml", "");
        if (only == null || List.of(only.split(",")).contains(name)) {
          files.add(ScenarioFile.load(path));
        }
      }
    }
    assertThat(files).as("files of scenarios").isNotEmpty();
    return files;
  }

  @TestFactory
  List<DynamicNode> scenarios() throws Exception {
    EnvoyProgram program = EnvoyProgram.install();
    Certificates certificates = new Certificates(CERTIFICATES.toAbsolutePath());
    List<DynamicNode> nodes = new ArrayList<>();
    for (ScenarioFile file : files()) {
      Duel duel = new Duel(program, file, certificates);
      nodes.add(
          DynamicContainer.dynamicContainer(
              file.name(),
              file.scenarios().stream()
                  .map(
                      scenario ->
                          (DynamicNode)
                              DynamicTest.dynamicTest(scenario.name(), () -> check(duel, scenario)))
                  .onClose(duel::close)));
    }
    return nodes;
  }

  private static void check(Duel duel, Scenario scenario) throws Exception {
    switch (scenario.verdict()) {
      case AGREE, DIFFERENCE, FAULT -> checkPlayed(duel.play(scenario), scenario);
      case REFUSED -> {
        Duel.Refusals refusals = duel.refusals(scenario);
        assertThat(refusals.envoy()).as("Envoy's refusal").isNotNull();
        assertThat(refusals.weft()).as("Weft's refusal").isNotNull();
      }
      case UNSUPPORTED -> {
        Duel.Refusals refusals = duel.refusals(scenario);
        assertThat(refusals.envoy()).as("Envoy's refusal").isNull();
        assertThat(refusals.weft()).as("Weft's refusal").contains(scenario.reason());
      }
    }
  }

  private static void checkPlayed(Duel.Seen seen, Scenario scenario) {
    assertThat(seen.envoy().lines(Observation.SPANS))
        .as("Envoy's spans")
        .noneMatch(line -> line.startsWith(Upstreams.WRONG));
    List<String> different = seen.envoy().differences(seen.weft(), scenario.within());
    if (scenario.verdict() == Verdict.AGREE) {
      if (!different.isEmpty()) {
        fail("Envoy and Weft differ\n" + show(seen, different));
      }
      return;
    }
    assertThat(different)
        .as(
            "sections that differ, as %s says\n%s",
            scenario.reason(), show(seen, Observation.SECTIONS))
        .containsExactlyInAnyOrderElementsOf(scenario.in());
  }

  private static String show(Duel.Seen seen, List<String> sections) {
    return Observation.sideBySide(seen.envoy(), seen.weft(), sections);
  }

  @Test
  void everyDeliberateDifferenceIsDocumentedAndSeen() throws IOException {
    Set<String> used = new TreeSet<>();
    Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    for (ScenarioFile file : files()) {
      for (Scenario scenario : file.scenarios()) {
        counts.merge(scenario.verdict(), 1, Integer::sum);
        if (scenario.verdict() == Verdict.DIFFERENCE) {
          used.add(scenario.reason());
        }
      }
    }
    System.out.println("differential scenarios by verdict: " + counts);
    if (System.getProperty("differential") == null) {
      assertThat(used).isEqualTo(Differences.documented());
    }
  }
}
