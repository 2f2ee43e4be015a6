package dev.weft.proxy.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Moment;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.xds.format.FormatText.Command;
import dev.weft.xds.format.Operator;
import dev.weft.xds.model.JsonTemplate;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was expected here was seen on Envoy 1.40.0, from the same formats and a like request. */
class FormatTest {
  private static InetSocketAddress at(int last, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("10.0.0." + last), port);
  }

  /** A request to /p that went to /r/p and was not answered. */
  private record Sample(Http2Headers requestHeaders, Http2Headers responseHeaders)
      implements Exchange {
    @Override
    public ConnectionInfo downstream() {
      return new ConnectionInfo(at(9, 8080), at(2, 40000), false, null, null, false);
    }

    @Override
    public String listener() {
      return "in";
    }

    @Override
    public String statPrefix() {
      return "in";
    }

    @Override
    public Http2Headers responseTrailers() {
      return null;
    }

    @Override
    public int status() {
      return 503;
    }

    @Override
    public int grpcStatus() {
      return -1;
    }

    @Override
    public int flags() {
      return ResponseFlag.RETRY_LIMIT_EXCEEDED.bit()
          | ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit();
    }

    @Override
    public String details() {
      return "no route";
    }

    @Override
    public CharSequence requestId() {
      return "abc";
    }

    @Override
    public String routeName() {
      return "";
    }

    @Override
    public String virtualHost() {
      return "all";
    }

    @Override
    public String cluster() {
      return "c";
    }

    @Override
    public InetSocketAddress endpoint() {
      return at(1, 9090);
    }

    @Override
    public String endpointName() {
      return "h.test:99";
    }

    @Override
    public ConnectionInfo upstream() {
      return null;
    }

    @Override
    public int attempts() {
      return 2;
    }

    @Override
    public long startMillis() {
      return 1_795_329_308_672L;
    }

    @Override
    public long durationNanos() {
      return 41_092_000;
    }

    @Override
    public long firstByteNanos() {
      return -1;
    }

    @Override
    public long requestCompleteNanos() {
      return 1_000_000;
    }

    @Override
    public long receivedBytes() {
      return 0;
    }

    @Override
    public long sentBytes() {
      return 121;
    }

    @Override
    public Tracing.Span span() {
      return Tracing.Span.NONE;
    }

    @Override
    public long nanosAt(Moment moment) {
      return moment == Moment.DS_TX_END ? durationNanos() : moment == Moment.DS_RX_BEG ? 0 : -1;
    }

    @Override
    public InetSocketAddress client() {
      return at(8, 0);
    }

    @Override
    public Map<String, ?> dynamicMetadata() {
      return Map.of("ns", Map.of("k", "v", "n", 1.0, "o", Map.of("p", true)));
    }
  }

  private static Sample sample() {
    return new Sample(
        new DefaultHttp2Headers(false)
            .method("GET")
            .path("/r/p?a=1&b=xyz&a=2")
            .authority("h.test:21001")
            .add("x-envoy-original-path", "/p?a=1&b=xyz&a=2")
            .add("user-agent", "a\"b\\c")
            .add("x-twice", "one")
            .add("x-twice", "two"),
        new DefaultHttp2Headers(false).status("503"));
  }

  private static String text(String format) {
    return TextFormat.compile(format, Escaping.CONTROLS, false).text(sample()).toString();
  }

  private static String header(String format, Exchange exchange) {
    return TextFormat.header(format).text(exchange).toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "%REQ(:METHOD)% %REQ(host)% | GET h.test:21001",
        "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% | /p?a=1&b=xyz&a=2",
        "%REQ(:PATH):3% %REQ(X-NOPE)% %REQ(X-TWICE)% | /r/ - one",
        "%REQ_WITHOUT_QUERY(:PATH)% %REQ_WITHOUT_QUERY(:PATH):2% | /r/p /r",
        "%REQ(USER-AGENT)% | a\"b\\c",
        "%PATH% %PATH(NQ)% %PATH(NQ:PATH)% | /p?a=1&b=xyz&a=2 /p /r/p",
        "%QUERY_PARAM(a)% %QUERY_PARAM(b):2% %QUERY_PARAM(c)% | 1 xy -",
        "%QUERY_PARAMS% | a=1&b=xyz&a=2",
        "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS% | 503 no_route",
        "%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)% | no route",
        "%RESPONSE_FLAGS% | URX,UF",
        "%RESPONSE_FLAGS_LONG% | UpstreamRetryLimitExceeded,UpstreamConnectionFailure",
        "%RESP(:STATUS)% %TRAILER(GRPC-STATUS)% %GRPC_STATUS% | 503 - -",
        "%PROTOCOL% %UPSTREAM_PROTOCOL% | HTTP/1.1 -",
        "%DURATION% %RESPONSE_DURATION% %REQUEST_DURATION% | 41 - 1",
        "%COMMON_DURATION(DS_RX_BEG:DS_TX_END:us)% | 41092",
        "%BYTES_RECEIVED% %BYTES_SENT% | 0 121",
        "%START_TIME% | 2026-11-22T06:35:08.672Z",
        "%START_TIME(%Y %E3S %s.%3f %e %Z %z)% | 2026 08.672 1795329308.672 22 UTC +0000",
        "%START_TIME(%d/%b/%Y:%H:%M:%S %j %a %%)% | 22/Nov/2026:06:35:08 326 Sun %",
        "%UPSTREAM_HOST% %UPSTREAM_CLUSTER% | 10.0.0.1:9090 c",
        "%UPSTREAM_HOST_NAME% %UPSTREAM_HOST_NAME_WITHOUT_PORT% | h.test:99 h.test",
        "%UPSTREAM_CONNECTION_ID% %UPSTREAM_LOCAL_PORT% | 0 -",
        "%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_DIRECT_REMOTE_PORT% | 10.0.0.8:0 40000",
        "%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% | 10.0.0.9",
        "%REQUESTED_SERVER_NAME% %REQUESTED_SERVER_NAME(SNI_FIRST)% | - h.test:21001",
        "%ROUTE_NAME% %ACCESS_LOG_TYPE% %STREAM_ID% | - DownstreamEnd abc",
        "%DYNAMIC_METADATA(ns:k)% %DYNAMIC_METADATA(ns:o:p)% %DYNAMIC_METADATA(x:y)% | v true -",
        "%DYNAMIC_METADATA(ns)% | {~k~:~v~,~n~:1,~o~:{~p~:true}}",
        "%DOWNSTREAM_PEER_SUBJECT% %DOWNSTREAM_TLS_VERSION% | - -",
        "%ENVIRONMENT(WEFT_NO_SUCH_VARIABLE)% 100%% | - 100%",
      })
  void operatorsAreEnvoys(String format, String expected) {
    assertThat(text(format)).isEqualTo(expected.replace('~', '"'));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%NONSENSE%",
        "%REQ(A",
        "100%",
        "%REQ%",
        "%REQ()%",
        "%REQ(A?B?C)%",
        "%REQ(A):x%",
        "%RESPONSE_CODE():3%",
        "%RESPONSE_CODE(X)%",
        "%START_TIME(%Q)%",
        "%START_TIME(%n)%",
        "%GRPC_STATUS(ROMAN)%",
        "%COMMON_DURATION(DS_RX_BEG)%",
        "%COMMON_DURATION(DS_RX_BEG:NEVER:ms)%",
        "%lower%"
      })
  void aWrongFormatIsRefused(String format) {
    assertThatThrownBy(() -> TextFormat.header(format))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("%");
  }

  @ParameterizedTest
  @EnumSource
  void everyOperatorHasAValue(Operator operator) {
    String operand =
        switch (operator) {
          case COMMON_DURATION -> "DS_RX_BEG:DS_RX_END";
          case GRPC_STATUS -> "NUMBER";
          case METADATA -> "ROUTE:a";
          default -> "a";
        };
    boolean time = operator.name().contains("TIME") || operator.name().contains("_V_");
    Value value = Values.compile(new Command(operator, time ? "" : operand, -1));
    Object found = value.of(sample());
    assertThat(String.valueOf(found == null ? "" : ByteText.of(found)))
        .as("a text that a line can hold")
        .doesNotContain("\n", "@");
  }

  @Test
  void aHeaderHasNothingWhereNothingIs() {
    assertThat(header("s=%RESP(:STATUS)% n=%REQ(X-NOPE)%", sample())).isEqualTo("s=503 n=");
    assertThat(header("%REQ(X-NOPE)%", sample())).isEmpty();
    assertThat(TextFormat.header("plain 100%%").isLiteral()).isTrue();
  }

  @Test
  void noHeaderEndsItsLine() {
    Sample hostile =
        new Sample(
            new DefaultHttp2Headers(false).path("/a\r\nx: y\u0000"), sample().responseHeaders());

    assertThat(header("%REQ(:PATH)%", hostile)).isEqualTo("/a  x: y ");
  }

  @Test
  void bytesStayWhatTheyWere() {
    AsciiString utf8 = new AsciiString("b\u00e4".getBytes(StandardCharsets.UTF_8));
    Sample exchange =
        new Sample(
            new DefaultHttp2Headers(false).add(AsciiString.of("x-b"), utf8),
            sample().responseHeaders());

    byte[] written =
        TextFormat.compile("\u00e4 %REQ(X-B)%", Escaping.CONTROLS, false).text(exchange).array();
    assertThat(new String(written, StandardCharsets.UTF_8)).isEqualTo("\u00e4 b\u00e4");
  }

  private static JsonTemplate.Fields fields(Object... namesAndValues) {
    TreeMap<String, JsonTemplate> fields = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.put(
          (String) namesAndValues[i],
          namesAndValues[i + 1] instanceof JsonTemplate template
              ? template
              : new JsonTemplate.Text((String) namesAndValues[i + 1]));
    }
    return new JsonTemplate.Fields(fields);
  }

  private static String json(JsonTemplate.Fields template, boolean omitEmpty) {
    StringBuilder out = new StringBuilder();
    JsonFormat.compile(template, omitEmpty).write(sample(), out);
    return out.toString();
  }

  @Test
  void aSingleOperatorKeepsItsTypeInJson() {
    assertThat(
            json(
                fields(
                    "z", "%REQ(NOPE)%",
                    "a", "%RESPONSE_CODE%",
                    "m", "%RESPONSE_CODE%-%REQ(NOPE)%",
                    "n", fields("q", "%REQ(USER-AGENT)%"),
                    "l",
                        new JsonTemplate.Values(
                            List.of(new JsonTemplate.Text("%PROTOCOL%"), new JsonTemplate.Null())),
                    "num", new JsonTemplate.Constant(5.5),
                    "b", new JsonTemplate.Flag(true),
                    "cm", "%DYNAMIC_METADATA(ns)%",
                    "em", ""),
                false))
        .isEqualTo(
            "{\"a\":503,\"b\":true,\"cm\":{\"k\":\"v\",\"n\":1,\"o\":{\"p\":true}},\"em\":\"\","
                + "\"l\":[\"HTTP/1.1\",null],\"m\":\"503--\",\"n\":{\"q\":\"a\\\"b\\\\c\"},"
                + "\"num\":5.5,\"z\":null}");
  }

  @Test
  void emptyValuesAreLeftOutOfJsonIfAskedFor() {
    assertThat(
            json(
                fields(
                    "z", "%REQ(NOPE)%",
                    "a", "%RESPONSE_CODE%",
                    "m", "%RESPONSE_CODE%-%REQ(NOPE)%",
                    "n", fields("q", "%REQ(NOPE)%"),
                    "l",
                        new JsonTemplate.Values(
                            List.of(
                                new JsonTemplate.Text("%REQ(NOPE)%"),
                                new JsonTemplate.Text("%PROTOCOL%")))),
                true))
        .isEqualTo("{\"a\":503,\"l\":[\"HTTP/1.1\"],\"m\":\"503-\"}");
  }
}
