package dev.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** YAML as JSON: anchors and aliases as Envoy takes them, within a bound. */
class YamlFileTest {
  @TempDir Path folder;

  private String json(String yaml) throws IOException {
    return YamlFile.toJson(Files.writeString(folder.resolve("bootstrap.yaml"), yaml));
  }

  @Test
  void anAliasStandsForATextANumberAnObjectAndAList() throws IOException {
    assertThat(
            json(
                """
                name: &n one
                port: &p 80
                object: &o {a: &in 1, b: [true, null, 1.50]}
                list: &l
                - *n
                - c: *in
                again: {name: *n, port: *p, object: *o, list: *l}
                """))
        .isEqualTo(
            """
            {"name":"one","port":80,"object":{"a":1,"b":[true,null,1.50]},"list":["one",{"c":1}],\
            "again":{"name":"one","port":80,"object":{"a":1,"b":[true,null,1.50]},"list":["one",{"c":1}]}}""");
  }

  @Test
  void aValueThatIsLeftOutIsNull() throws IOException {
    assertThat(json("a:\nb: ~\nc: {d: null}\ne: ''"))
        .isEqualTo("{\"a\":null,\"b\":null,\"c\":{\"d\":null},\"e\":\"\"}");
  }

  @Test
  void theLastAnchorOfANameCounts() throws IOException {
    assertThat(json("a: &n 1\nb: *n\nc: &n {d: 2}\ne: *n"))
        .isEqualTo("{\"a\":1,\"b\":1,\"c\":{\"d\":2},\"e\":{\"d\":2}}");
  }

  @Test
  void aTextWithAStarIsNoAlias() throws IOException {
    assertThat(json("domains: [\"*\", '*.test']")).isEqualTo("{\"domains\":[\"*\",\"*.test\"]}");
  }

  @Test
  void anAliasForNothingIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> json("a: 1\nb: *nobody"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line 2")
        .hasMessageContaining("the alias *nobody has no anchor &nobody before it");
  }

  @Test
  void whatContainsItselfIsRefused() {
    assertThatThrownBy(() -> json("a: &a [1, *a]")).hasMessageContaining("*a has no anchor");
  }

  @Test
  void anAliasForTheNameOfAFieldIsRefused() {
    assertThatThrownBy(() -> json("a: &n name\n*n : 1"))
        .hasMessageContaining("line 2, column 3: Expected a field name");
  }

  /** {@code <<} is a field's name like any other, and no message has such a field. */
  @Test
  void nothingIsMerged() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("merged.yaml"),
            """
            static_resources:
              clusters:
              - &base {name: a, connect_timeout: 1s}
              - {<<: *base, name: b}
            """);

    assertThatThrownBy(() -> Bootstrap.load(file))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining("<<");
  }

  @Test
  void aSmallTextDoesNotStandForAHugeOne() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n");
    for (int i = 1; i < 20; i++) {
      String all = ("*a" + (i - 1) + ", ").repeat(9) + "*a" + (i - 1);
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, all));
    }
    assertThatThrownBy(() -> json(bomb.toString()))
        .hasMessageContaining("aliases stand for more than 1000000 values");
  }

  @Test
  void whatIsNoObjectOrTwoIsRefused() {
    assertThatThrownBy(() -> json("[1]")).hasMessageContaining("a bootstrap is an object");
    assertThatThrownBy(() -> json("a: 1\n---\nb: 2"))
        .hasMessageContaining("something after its end");
  }
}
