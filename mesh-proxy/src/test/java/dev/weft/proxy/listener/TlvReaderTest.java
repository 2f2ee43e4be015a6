package dev.weft.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.ProxyHeaders;
import dev.weft.xds.model.Tlv;
import dev.weft.xds.model.TlvChoice;
import dev.weft.xds.model.TlvNote;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Extensions of PROXY headers, kept and noted. */
class TlvReaderTest {
  private static TlvReader reader(TlvNote... notes) {
    return new TlvReader(
        new ProxyHeaders(
            false,
            Set.of(ProxyHeaderVersion.V2),
            "",
            new TlvChoice(false, Set.of(2)),
            List.of(notes)));
  }

  private static void read(TlvReader reader, int type, String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    reader.read(bytes, type, 0, bytes.readableBytes());
    bytes.release();
  }

  @Test
  void theFirstOfATypeIsNoted() {
    TlvReader reader = reader(new TlvNote(1, "space", "one"), new TlvNote(2, "space", "two"));
    read(reader, 1, "a");
    read(reader, 2, "");
    read(reader, 1, "b");
    read(reader, 3, "c");
    assertThat(reader.notes()).isEqualTo(Map.of("space", Map.of("one", "a", "two", "")));
    assertThat(reader.kept()).containsExactly(new Tlv(2, ""));
  }

  @Test
  void withoutRulesNothingIsNoted() {
    TlvReader reader = reader();
    read(reader, 1, "a");
    assertThat(reader.notes()).isEmpty();
    assertThat(reader.kept()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'a', a",
    "'', ''",
    "'\u00c3\u00a9', \u00e9",
    "'a\u00ff\u00e2\u0082b', a!!!b",
    "'\u00e2\u0082', !!"
  })
  void whatIsNoTextIsMarked(String bytes, String text) {
    assertThat(TlvReader.text(bytes.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(text);
  }
}
