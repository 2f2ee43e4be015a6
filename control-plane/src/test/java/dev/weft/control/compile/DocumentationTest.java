package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.compile.MeshCompiler.Compilation;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.protocol.EncodedResource;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.resource.XdsType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples of the documentation are configuration as they are written. */
class DocumentationTest {
  private static final Pattern YAML = Pattern.compile("(?ms)^```yaml\\n(.*?)^```");

  @Test
  void theExamplesOfTheVocabularyMakeOneMeshThatProxiesUnderstand() throws IOException {
    String examples = String.join("---\n", examples("../docs/vocabulary.md"));

    Compilation mesh =
        new MeshCompiler(new Codecs(), Models.TRUST_DOMAIN)
            .compile(new MeshInput(Yaml.config(1, examples), List.of(), Models.TRUST_DOMAIN));

    assertThat(mesh.failures()).isEmpty();
    assertThat(mesh.warnings()).isEmpty();
    ResourceSnapshot snapshot =
        MeshCompilerTest.forSidecar(
            mesh.snapshot(), Shop.node("shop", "catalog", Map.of("http", 9000)));
    Codecs codecs = new Codecs();
    for (XdsType type : XdsType.values()) {
      for (EncodedResource resource : snapshot.resources(type).values()) {
        assertThat(codecs.decode(type, resource.body())).isInstanceOf(Decoded.Valid.class);
      }
    }
  }

  private static List<String> examples(String page) throws IOException {
    List<String> examples =
        YAML.matcher(Files.readString(Path.of(page)))
            .results()
            .map((MatchResult example) -> example.group(1))
            .toList();
    assertThat(examples).isNotEmpty();
    return examples;
  }
}
