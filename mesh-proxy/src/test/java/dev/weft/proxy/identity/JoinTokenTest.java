package dev.weft.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JoinTokenTest {
  private static final String GOOD =
      """
      {"id":"a","secret":"hush","ns":"shop","svc":"cart","exp":1800000000,"ca":"%s"}\
      """
          .formatted("0a".repeat(32));

  private static String token(String json) {
    return "weft1."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void itsFieldsAreRead() {
    JoinToken token = JoinToken.parse("  " + token(GOOD) + "\n");

    assertThat(token.namespace()).isEqualTo("shop");
    assertThat(token.service()).isEqualTo("cart");
    assertThat(token.expires()).isEqualTo(Instant.ofEpochSecond(1800000000));
    assertThat(token.rootSha256()).isEqualTo("0a".repeat(32));
    assertThat(token.text()).isEqualTo(token(GOOD));
    assertThat(token.toString()).doesNotContain(token(GOOD)).doesNotContain("hush");
  }

  @ParameterizedTest
  @CsvSource({"id", "secret", "ns", "svc", "exp", "ca"})
  void aMissingFieldIsNamed(String field) {
    String json = GOOD.replaceAll("\"" + field + "\":(\"[^\"]*\"|\\d+),?", "").replace(",}", "}");

    assertThatThrownBy(() -> JoinToken.parse(token(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no field " + field)
        .hasMessageContaining("weft token create");
  }

  @ParameterizedTest
  @CsvSource({"garbage", "weft1.", "weft1.%%%", "weft1.bm90IGpzb24", "weft2.e30"})
  void anythingElseIsRefusedWithoutShowingIt(String text) {
    assertThatThrownBy(() -> JoinToken.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weft token create");
  }
}
