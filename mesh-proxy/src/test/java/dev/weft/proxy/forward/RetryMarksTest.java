package dev.weft.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryMarksTest {
  private static Http2Headers headers(String... namesAndValues) {
    Http2Headers headers = new DefaultHttp2Headers();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return headers;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "25, 25",
    "1000, 1000",
    "99999999999999999999, 1000",
    "-1, 0",
    "x, 0",
    "'', 0"
  })
  void aRequestSaysHowOftenItWasTried(String value, int previous) {
    assertThat(RetryMarks.previous(headers("x-weft-previous-attempts", value))).isEqualTo(previous);
    assertThat(
            RetryMarks.previous(
                headers("content-type", "application/grpc", "grpc-previous-rpc-attempts", value)))
        .isEqualTo(previous);
  }

  @Test
  void eachProtocolHasItsName() {
    Http2Headers http = headers("grpc-previous-rpc-attempts", "1");
    assertThat(RetryMarks.previous(http)).isZero();
    RetryMarks.tell(http, 2);
    assertThat(http.get("x-weft-previous-attempts")).hasToString("2");

    Http2Headers grpc = headers("content-type", "application/grpc+proto");
    RetryMarks.tell(grpc, 2);
    assertThat(grpc.get("grpc-previous-rpc-attempts")).hasToString("2");
    assertThat(grpc.contains("x-weft-previous-attempts")).isFalse();
  }

  @Test
  void anAnswerSaysThatNobodyIsToTryAgain() {
    Http2Headers http = headers();
    assertThat(RetryMarks.refuses(http)).isFalse();
    RetryMarks.refuse(http, false);
    assertThat(http.get("x-weft-no-retry")).hasToString("true");
    assertThat(RetryMarks.refuses(http)).isTrue();
    RetryMarks.forget(http);
    assertThat(http.isEmpty()).isTrue();

    RetryMarks.refuse(http, true);
    assertThat(http.get("grpc-retry-pushback-ms")).hasToString("-1");
    assertThat(RetryMarks.refuses(http)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "250, false", "-1, true", "soon, true", "'', true"})
  void gRpcMayAskForAPauseOrForNothing(String pushback, boolean refuses) {
    assertThat(RetryMarks.refuses(headers("grpc-retry-pushback-ms", pushback))).isEqualTo(refuses);
  }
}
