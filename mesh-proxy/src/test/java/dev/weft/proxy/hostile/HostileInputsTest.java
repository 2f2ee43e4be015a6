package dev.weft.proxy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of docs/hostile-inputs.md says which tests there are, and none is missing. */
class HostileInputsTest {
  private static final Path TABLE = Path.of("..", "docs", "hostile-inputs.md");
  private static HostileRows rows;

  /**
   * A row of the table.
   *
   * @param pairs that it applies to
   * @param tests as it names them
   */
  record Line(int number, Set<Pair> pairs, List<String> tests) {
    @Override
    public String toString() {
      return "H%02d".formatted(number);
    }
  }

  @BeforeAll
  static void read() throws Exception {
    rows = HostileRows.ofPackage();
  }

  static Stream<Line> lines() throws IOException {
    return Files.readAllLines(TABLE).stream()
        .filter(line -> line.matches("\\| H\\d\\d \\|.*"))
        .map(line -> line.split("\\|"))
        .map(
            cells ->
                new Line(
                    Integer.parseInt(cells[1].strip().substring(1)),
                    pairs(cells[3].strip()),
                    Arrays.stream(cells[5].split(","))
                        .map(name -> name.strip().replace("`", ""))
                        .toList()));
  }

  private static Set<Pair> pairs(String cell) {
    Stream<Pair> pairs =
        switch (cell) {
          case "all" -> Pair.all();
          case "from h1" -> Pair.fromHttp1();
          case "from h2" -> Pair.fromHttp2();
          case "to h2" -> Pair.toHttp2();
          default -> Arrays.stream(cell.split(",")).map(name -> named(name.strip()));
        };
    return pairs.collect(Collectors.toSet());
  }

  private static Pair named(String name) {
    return Pair.all()
        .filter(pair -> pair.toString().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(TABLE + " has no pair " + name));
  }

  @Test
  void everyNumberHasItsLine() throws IOException {
    assertThat(lines().map(Line::number))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 84)
                .filter(number -> number <= 53 || number >= 65)
                .filter(number -> number != 74 && number != 75)
                .boxed()
                .toList());
  }

  @ParameterizedTest(name = "{0} goes through every pair that it applies to")
  @MethodSource("lines")
  void aNumberGoesThroughItsPairs(Line line) {
    assertThat(rows.pairs(line.number())).containsAll(line.pairs());
  }

  @ParameterizedTest(name = "{0} names its tests")
  @MethodSource("lines")
  void aLineNamesItsTests(Line line) {
    assertThat(line.tests())
        .as("tests of %s in %s", line, TABLE)
        .containsExactlyElementsOf(rows.of(line.number()).keySet());
  }
}
