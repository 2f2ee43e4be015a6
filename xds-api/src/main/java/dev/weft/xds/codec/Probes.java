package dev.weft.xds.codec;

import com.google.protobuf.ByteString;
import dev.weft.xds.format.FormatText;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.Probe;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.GrpcHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.Payload;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What health checks by TCP and gRPC ask, and what all have in common. */
final class Probes {
  static final Probe NOTHING = new HealthCheck.Tcp("", List.of());

  private static final HexFormat HEX = HexFormat.of();

  private Probes() {}

  static Probe decode(TcpHealthCheck tcp, DecodeScope scope) {
    return new HealthCheck.Tcp(
        tcp.hasSend() ? payload(tcp.getSend(), scope.at("send")) : "",
        payloads(tcp.getReceiveList(), scope));
  }

  static Probe decode(GrpcHealthCheck grpc, DecodeScope scope) {
    scope
        .at("authority")
        .require(HeaderNames.isValue(grpc.getAuthority()), "has a line end or a NUL");
    return new HealthCheck.Grpc(
        grpc.getServiceName(),
        grpc.getAuthority(),
        texts(grpc.getInitialMetadataList(), "initial_metadata", scope));
  }

  /** Headers whose values are plain: there is no request that operators could ask for. */
  static List<HeaderValue> texts(List<HeaderValueOption> options, String field, DecodeScope scope) {
    List<HeaderValue> values = HeaderMutationsCodec.additions(options, field, scope);
    for (int i = 0; i < options.size(); i++) {
      var header = options.get(i).getHeader();
      boolean raw = !header.getRawValue().isEmpty();
      String value = raw ? header.getRawValue().toStringUtf8() : header.getValue();
      boolean plain;
      try {
        plain = FormatText.parse(value).stream().allMatch(FormatText.Literal.class::isInstance);
      } catch (IllegalArgumentException e) {
        plain = true; // has been noted
      }
      scope
          .at(field, i)
          .at("header")
          .at(raw ? "raw_value" : "value")
          .require(plain, "has a command operator, which is not supported in health checks");
    }
    return values;
  }

  static List<String> payloads(List<Payload> payloads, DecodeScope scope) {
    List<String> decoded = new ArrayList<>();
    for (int i = 0; i < payloads.size(); i++) {
      decoded.add(payload(payloads.get(i), scope.at("receive", i)));
    }
    return decoded;
  }

  /** The bytes of a payload as hexadecimal digits. */
  static String payload(Payload payload, DecodeScope scope) {
    return switch (payload.getPayloadCase()) {
      case TEXT -> {
        try {
          byte[] bytes = HEX.parseHex(payload.getText());
          scope.at("text").require(bytes.length > 0, "must not be empty");
          yield HEX.formatHex(bytes);
        } catch (IllegalArgumentException e) {
          scope.at("text").problem("must have two hexadecimal digits for each byte");
          yield "";
        }
      }
      case BINARY -> HEX.formatHex(payload.getBinary().toByteArray());
      case PAYLOAD_NOT_SET -> {
        scope.problem("must have one of text and binary");
        yield "";
      }
    };
  }

  static TcpHealthCheck encode(HealthCheck.Tcp tcp) {
    TcpHealthCheck.Builder encoded = TcpHealthCheck.newBuilder();
    if (!tcp.send().isEmpty()) {
      encoded.setSend(payload(tcp.send()));
    }
    tcp.receive().forEach(bytes -> encoded.addReceive(payload(bytes)));
    return encoded.build();
  }

  static GrpcHealthCheck encode(HealthCheck.Grpc grpc) {
    return GrpcHealthCheck.newBuilder()
        .setServiceName(grpc.serviceName())
        .setAuthority(grpc.authority())
        .addAllInitialMetadata(HeaderMutationsCodec.encode(grpc.metadata()))
        .build();
  }

  static Payload payload(String hex) {
    return Payload.newBuilder().setBinary(ByteString.copyFrom(HEX.parseHex(hex))).build();
  }
}
