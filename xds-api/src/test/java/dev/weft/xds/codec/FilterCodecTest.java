package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UInt64Value;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.Listener;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An HTTP filter comes with a codec and its lines in a field policy; nothing else changes. */
class FilterCodecTest {
  private static final FieldPolicy POLICY =
      FieldPolicy.parse(
          FieldPolicy.text()
              + """

              message envoy.extensions.filters.http.bandwidth_limit.v3.BandwidthLimit
                enforce limit_kbps
              """);

  private final Codecs codecs = new Codecs(POLICY, List.of(new BandwidthCodec()));

  record MaxRate(String name, int rate) implements HttpFilterConfig {}

  static final class BandwidthCodec implements FilterCodec<BandwidthLimit, MaxRate> {
    @Override
    public BandwidthLimit prototype() {
      return BandwidthLimit.getDefaultInstance();
    }

    @Override
    public Class<MaxRate> model() {
      return MaxRate.class;
    }

    @Override
    public MaxRate decode(String name, BandwidthLimit message, DecodeScope scope) {
      return new MaxRate(
          name,
          Wire.number((int) message.getLimitKbps().getValue(), 1, 1000, scope.at("limit_kbps")));
    }

    @Override
    public BandwidthLimit encode(MaxRate model) {
      return BandwidthLimit.newBuilder().setLimitKbps(UInt64Value.of(model.rate())).build();
    }
  }

  @Test
  void itIsEncodedAndDecodedInItsPlace() {
    Listener listener = listener(new MaxRate("limit", 7));

    assertThat(codecs.decode(XdsType.LISTENER, codecs.encode(listener)))
        .isEqualTo(new Decoded.Valid<>(listener, List.of()));
  }

  @Test
  void itsProblemsHaveTheirPath() {
    Decoded<?> decoded =
        codecs.decode(XdsType.LISTENER, codecs.encode(listener(new MaxRate("limit", 1001))));

    assertThat(decoded)
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(invalid.detail())
                    .isEqualTo(
                        "api_listener.api_listener.http_filters[0].typed_config.limit_kbps:"
                            + " is 1001, must be 1..1000"));
  }

  @Test
  void withoutItsCodecItCannotBeEncoded() {
    assertThatThrownBy(() -> new Codecs().encode(listener(new MaxRate("limit", 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MaxRate");
  }

  private static Listener listener(HttpFilterConfig filter) {
    HttpConnectionManager plain =
        HttpConnectionManager.of(
            "s", HttpConnectionManager.CodecType.AUTO, new HttpConnectionManager.Rds("r"));
    HttpConnectionManager filtered =
        HttpConnectionManagerBuilder.builder(plain).filters(List.of(filter)).build();
    return new Listener(
        "l",
        null,
        List.<FilterChain>of(),
        null,
        false,
        java.time.Duration.ZERO,
        Listener.TrafficDirection.OUTBOUND,
        filtered);
  }
}
