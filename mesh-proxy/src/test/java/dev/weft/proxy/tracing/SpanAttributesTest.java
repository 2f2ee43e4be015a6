package dev.weft.proxy.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanAttributesTest {
  @ParameterizedTest
  @CsvSource({
    "http.status_code, 0,   false, false",
    "http.status_code, 200, false, false",
    "http.status_code, 404, true,  false",
    "http.status_code, 503, true,  true",
    "grpc.status_code, 0,   false, false",
    "grpc.status_code, 5,   true,  false",
    "grpc.status_code, 13,  true,  true",
  })
  void aStatusIsAnErrorOfWhoAskedOrOfWhoAnswered(
      String name, String status, boolean client, boolean server) {
    SpanAttributes asking = new SpanAttributes(true);
    SpanAttributes answering = new SpanAttributes(false);
    asking.set(name, status);
    answering.set(name, status);

    assertThat(asking.failed()).isEqualTo(client);
    assertThat(answering.failed()).isEqualTo(server);
  }

  @Test
  void laterValuesCountAndMethodsAreKnownOnes() {
    SpanAttributes attributes = new SpanAttributes(false);
    attributes.set("http.method", "GET");
    attributes.set("a", "1");
    attributes.set("http.method", "FETCH");
    attributes.set("a", null);

    assertThat(attributes.values()).isEqualTo(Map.of("http.method", "_OTHER", "a", "1"));
  }
}
