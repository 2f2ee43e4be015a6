package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.UpstreamTls;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import org.jspecify.annotations.Nullable;

/** The transport sockets of filter chains and clusters: TLS, or plaintext as a null. */
final class TransportSockets {
  private static final int MAX_SNI = 255;

  private TransportSockets() {}

  static @Nullable DownstreamTls downstream(TransportSocket socket, DecodeScope scope) {
    DownstreamTlsContext context = unpack(socket, DownstreamTlsContext.getDefaultInstance(), scope);
    if (context == null) {
      return null;
    }
    DecodeScope at = scope.at("typed_config");
    DownstreamTls tls =
        new DownstreamTls(
            TlsSettingsCodec.decode(context.getCommonTlsContext(), at.at("common_tls_context")),
            context.getRequireClientCertificate().getValue());
    at.at("common_tls_context")
        .require(tls.common().certificate() != null, "must have a certificate to serve with");
    at.at("require_client_certificate")
        .require(
            !tls.requireClientCertificate() || tls.common().trust() != null,
            "needs a validation context: without trusted roots any certificate would do");
    return tls;
  }

  static @Nullable UpstreamTls upstream(TransportSocket socket, DecodeScope scope) {
    UpstreamTlsContext context = unpack(socket, UpstreamTlsContext.getDefaultInstance(), scope);
    if (context == null) {
      return null;
    }
    DecodeScope at = scope.at("typed_config");
    String sni = context.getSni();
    at.at("sni")
        .require(
            sni.length() <= MAX_SNI && sni.chars().allMatch(c -> c > ' ' && c < 0x7f),
            "must have at most " + MAX_SNI + " ASCII characters");
    return new UpstreamTls(
        TlsSettingsCodec.decode(context.getCommonTlsContext(), at.at("common_tls_context")),
        sni.isEmpty() ? null : sni);
  }

  private static <P extends Message> @Nullable P unpack(
      TransportSocket socket, P tls, DecodeScope scope) {
    Any config = socket.getTypedConfig();
    DecodeScope at = scope.at("typed_config");
    if (Extensions.is(config, tls)) {
      return at.unpack(config, tls);
    }
    if (Extensions.is(config, RawBuffer.getDefaultInstance())) {
      at.unpack(config, RawBuffer.getDefaultInstance());
    } else {
      at.problem(
          "the transport socket \""
              + DecodeScope.typeName(config)
              + "\" is not supported here: only "
              + tls.getDescriptorForType().getName()
              + " and RawBuffer are");
    }
    return null;
  }

  static TransportSocket encode(DownstreamTls tls) {
    return socket(
        DownstreamTlsContext.newBuilder()
            .setCommonTlsContext(TlsSettingsCodec.encode(tls.common()))
            .setRequireClientCertificate(Wire.bool(tls.requireClientCertificate()))
            .build());
  }

  static TransportSocket encode(UpstreamTls tls) {
    UpstreamTlsContext.Builder context =
        UpstreamTlsContext.newBuilder().setCommonTlsContext(TlsSettingsCodec.encode(tls.common()));
    if (tls.sni() != null) {
      context.setSni(tls.sni());
    }
    return socket(context.build());
  }

  /** That of an endpoint's match, which has to have one. */
  static TransportSocket upstream(@Nullable UpstreamTls tls) {
    return tls != null
        ? encode(tls)
        : TransportSocket.newBuilder()
            .setName("envoy.transport_sockets.raw_buffer")
            .setTypedConfig(Extensions.pack(RawBuffer.getDefaultInstance()))
            .build();
  }

  private static TransportSocket socket(Message context) {
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(Extensions.pack(context))
        .build();
  }
}
