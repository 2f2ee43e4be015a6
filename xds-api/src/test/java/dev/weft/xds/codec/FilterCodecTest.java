package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UInt32Value;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.Listener;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An HTTP filter comes with a codec and its lines in a field policy; nothing else changes. */
class FilterCodecTest {
  private static final FieldPolicy POLICY =
      FieldPolicy.parse(
          FieldPolicy.text()
              + """

              message envoy.extensions.filters.http.buffer.v3.Buffer
                enforce max_request_bytes
              """);

  private final Codecs codecs = new Codecs(POLICY, List.of(new BufferCodec()));

  record MaxBody(String name, int bytes) implements HttpFilterConfig {}

  static final class BufferCodec implements FilterCodec<Buffer, MaxBody> {
    @Override
    public Buffer prototype() {
      return Buffer.getDefaultInstance();
    }

    @Override
    public Class<MaxBody> model() {
      return MaxBody.class;
    }

    @Override
    public MaxBody decode(String name, Buffer message, DecodeScope scope) {
      return new MaxBody(
          name,
          Wire.number(
              message.getMaxRequestBytes().getValue(), 1, 1000, scope.at("max_request_bytes")));
    }

    @Override
    public Buffer encode(MaxBody model) {
      return Buffer.newBuilder().setMaxRequestBytes(UInt32Value.of(model.bytes())).build();
    }
  }

  @Test
  void itIsEncodedAndDecodedInItsPlace() {
    Listener listener = listener(new MaxBody("limit", 7));

    assertThat(codecs.decode(XdsType.LISTENER, codecs.encode(listener)))
        .isEqualTo(new Decoded.Valid<>(listener, List.of()));
  }

  @Test
  void itsProblemsHaveTheirPath() {
    Decoded<?> decoded =
        codecs.decode(XdsType.LISTENER, codecs.encode(listener(new MaxBody("limit", 1001))));

    assertThat(decoded)
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(invalid.detail())
                    .isEqualTo(
                        "api_listener.api_listener.http_filters[0].typed_config.max_request_bytes:"
                            + " is 1001, must be 1..1000"));
  }

  @Test
  void withoutItsCodecItCannotBeEncoded() {
    assertThatThrownBy(() -> new Codecs().encode(listener(new MaxBody("limit", 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MaxBody");
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
