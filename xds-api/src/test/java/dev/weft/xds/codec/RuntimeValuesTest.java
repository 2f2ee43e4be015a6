package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Envoy 1.40 makes of the same values is in differential/runtime.yaml of the proxy. */
class RuntimeValuesTest {
  private static final String KEY = "some.key";
  private static final Fraction OTHER = new Fraction(7, 1_000_000);

  private static RuntimeValues values(String json) throws InvalidProtocolBufferException {
    Struct.Builder struct = Struct.newBuilder();
    JsonFormat.parser().merge("{\"" + KEY + "\": " + json + "}", struct);
    return RuntimeValues.of(struct.getFieldsMap());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "30 | 30 | 100",
        "\"30\" | 30 | 100",
        "30.9 | 30 | 100",
        "101 | 100 | 100",
        "1e300 | 100 | 100",
        "-1 | 7 | 1000000",
        "true | 7 | 1000000",
        "\"many\" | 7 | 1000000",
        "{\"numerator\": 3} | 3 | 100",
        "{\"numerator\": 3, \"denominator\": \"TEN_THOUSAND\"} | 3 | 10000",
        "{\"numerator\": 3, \"denominator\": 2} | 3 | 1000000",
        "{\"numerator\": 300} | 100 | 100",
        "{\"denominator\": \"MILLION\"} | 0 | 1000000",
      })
  void fractions(String json, int numerator, int denominator) throws Exception {
    assertThat(values(json).fraction(KEY, OTHER)).isEqualTo(new Fraction(numerator, denominator));
    assertThat(values(json).fraction("another", OTHER)).isEqualTo(OTHER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "30 | 30 | 30",
        "\"30\" | 30 | 30",
        "0.5 | 0 | 0.5",
        "-0.5 | 5 | -0.5",
        "true | 5 | 2.5",
        "\"many\" | 5 | 2.5",
        "{\"numerator\": 3} | 5 | 2.5",
      })
  void numbers(String json, long integer, double number) throws Exception {
    assertThat(values(json).integer(KEY, 5)).isEqualTo(integer);
    assertThat(values(json).number(KEY, 2.5)).isEqualTo(number);
    assertThat(values(json).integer("another", 5)).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true | true | true",
        "false | false | false",
        "\"true\" | false | true",
        "\"false\" | false | true",
        "1 | false | true",
        "\"yes\" | false | true"
      })
  void truths(String json, boolean insteadOfFalse, boolean insteadOfTrue) throws Exception {
    assertThat(values(json).truth(KEY, false)).isEqualTo(insteadOfFalse);
    assertThat(values(json).truth(KEY, true)).isEqualTo(insteadOfTrue);
    assertThat(values(json).truth("another", true)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1]", "null", "{}", "{\"deeper\": 1}"})
  void whatIsNoValueIsRefused(String json) {
    assertThatThrownBy(() -> values(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(KEY);
  }

  @Test
  void theyHoldForWhatAControlPlaneSends() throws Exception {
    RouteConfiguration.Builder table = RouteConfiguration.newBuilder();
    JsonFormat.parser()
        .merge(
            """
            {"name": "r", "virtualHosts": [{"name": "all", "domains": ["*"], "routes": [{
              "match": {"prefix": "/",
                "runtimeFraction": {"defaultValue": {"numerator": 7}, "runtimeKey": "some.key"}},
              "route": {"cluster": "a"}}]}]}
            """,
            table);
    Codecs codecs =
        new Codecs(RuntimeValues.of(Map.of(KEY, Value.newBuilder().setNumberValue(30).build())));

    assertThat(codecs.decode(XdsType.ROUTE, Any.pack(table.build())))
        .isInstanceOfSatisfying(
            Decoded.Valid.class,
            valid ->
                assertThat(
                        ((RouteConfig) valid.value())
                            .virtualHosts()
                            .getFirst()
                            .routes()
                            .getFirst()
                            .match()
                            .runtimeFraction())
                    .isEqualTo(new Fraction(30, 100)));
  }
}
