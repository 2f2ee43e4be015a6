package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.SentProxyHeader;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.model.TlvChoice;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.model.UpstreamTransport;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The transport sockets of filter chains and clusters: TLS, or plaintext as a null, and a PROXY
 * header before it.
 */
final class TransportSockets {
  private static final int MAX_SNI = 255;
  private static final String TLS = "tls";
  private static final ProxyProtocolUpstreamTransport PROXIED =
      ProxyProtocolUpstreamTransport.getDefaultInstance();

  private TransportSockets() {}

  static @Nullable DownstreamTls downstream(TransportSocket socket, DecodeScope scope) {
    DownstreamTlsContext context = unpack(socket, DownstreamTlsContext.getDefaultInstance(), scope);
    if (context == null) {
      return null;
    }
    DecodeScope at = scope.at("typed_config");
    List<SecretSource> certificates =
        CertificateSources.decode(context.getCommonTlsContext(), at.at("common_tls_context"));
    DownstreamTls tls =
        new DownstreamTls(
            TlsSettingsCodec.decode(
                context.getCommonTlsContext(), certificates, at.at("common_tls_context")),
            context.getRequireClientCertificate().getValue(),
            Resumptions.decode(context, at),
            context.getPreferClientCiphers(),
            CertificateSources.choice(certificates, context));
    at.at("common_tls_context")
        .require(tls.common().certificate() != null, "must have a certificate to serve with");
    at.at("common_tls_context")
        .require(
            !tls.common().checks().untrusted(),
            "has trust_chain_verification: ACCEPT_UNTRUSTED, which is not supported for clients:"
                + " one whose certificate is not valid is refused");
    at.at("require_client_certificate")
        .require(
            !tls.requireClientCertificate() || tls.common().verifies(),
            "needs a validation context: without trusted roots any certificate would do");
    return tls;
  }

  static UpstreamTransport upstream(TransportSocket socket, DecodeScope scope) {
    if (!Extensions.is(socket.getTypedConfig(), PROXIED)) {
      return new UpstreamTransport(tls(socket, scope), null);
    }
    DecodeScope at = scope.at("typed_config");
    ProxyProtocolUpstreamTransport proxied = at.unpack(socket.getTypedConfig(), PROXIED);
    if (proxied == null
        || !at.at("transport_socket").require(proxied.hasTransportSocket(), "must be set")) {
      return UpstreamTransport.PLAINTEXT;
    }
    return new UpstreamTransport(
        tls(proxied.getTransportSocket(), at.at("transport_socket")),
        header(proxied.getConfig(), at.at("config")));
  }

  private static SentProxyHeader header(ProxyProtocolConfig config, DecodeScope scope) {
    return new SentProxyHeader(
        version(config, scope.at("version")),
        Tlvs.choice(
            config.hasPassThroughTlvs(),
            config.getPassThroughTlvs(),
            scope.at("pass_through_tlvs")),
        Tlvs.added(config, scope));
  }

  private static ProxyHeaderVersion version(ProxyProtocolConfig config, DecodeScope scope) {
    return switch (config.getVersion()) {
      case V1 -> ProxyHeaderVersion.V1;
      case V2 -> ProxyHeaderVersion.V2;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield ProxyHeaderVersion.V1;
      }
    };
  }

  private static @Nullable UpstreamTls tls(TransportSocket socket, DecodeScope scope) {
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
    DecodeScope commonAt = at.at("common_tls_context");
    List<SecretSource> certificates =
        CertificateSources.decode(context.getCommonTlsContext(), commonAt);
    commonAt.require(
        certificates.size() <= 1,
        "has " + certificates.size() + " certificates: a client has one at the most");
    TlsSettings common =
        TlsSettingsCodec.decode(context.getCommonTlsContext(), certificates, commonAt);
    return new UpstreamTls(
        common,
        sni.isEmpty() ? null : sni,
        context.hasMaxSessionKeys() ? atMost(context.getMaxSessionKeys().getValue()) : 1,
        context.getAutoHostSni(),
        context.getAutoSniSanValidation()
            && at.at("auto_sni_san_validation")
                .require(common.trust() != null, "needs a validation context with trusted roots"));
  }

  /** A number without a sign that may be greater than what is counted with here. */
  private static int atMost(int unsigned) {
    return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
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
    DownstreamTlsContext.Builder context =
        DownstreamTlsContext.newBuilder()
            .setCommonTlsContext(TlsSettingsCodec.encode(tls.common()))
            .setRequireClientCertificate(Wire.bool(tls.requireClientCertificate()))
            .setPreferClientCiphers(tls.clientCiphers());
    Resumptions.encode(tls.resumption(), context);
    CertificateSources.encode(tls.choice(), context);
    return socket(TLS, context.build());
  }

  static TransportSocket encode(UpstreamTransport transport) {
    TransportSocket within =
        transport.tls() != null
            ? encode(transport.tls())
            : socket("raw_buffer", RawBuffer.getDefaultInstance());
    if (transport.proxyHeader() == null) {
      return within;
    }
    return socket(
        "upstream_proxy_protocol",
        ProxyProtocolUpstreamTransport.newBuilder()
            .setConfig(encode(transport.proxyHeader()))
            .setTransportSocket(within)
            .build());
  }

  private static ProxyProtocolConfig encode(SentProxyHeader header) {
    ProxyProtocolConfig.Builder config =
        ProxyProtocolConfig.newBuilder()
            .setVersion(ProxyProtocolConfig.Version.valueOf(header.version().name()))
            .addAllAddedTlvs(Tlvs.encode(header.added()));
    if (!header.passed().equals(TlvChoice.NONE)) {
      config.setPassThroughTlvs(Tlvs.encode(header.passed()));
    }
    return config.build();
  }

  private static TransportSocket encode(UpstreamTls tls) {
    UpstreamTlsContext.Builder context =
        UpstreamTlsContext.newBuilder().setCommonTlsContext(TlsSettingsCodec.encode(tls.common()));
    if (tls.sni() != null) {
      context.setSni(tls.sni());
    }
    if (tls.sessions() != 1) {
      context.setMaxSessionKeys(Wire.uint32(tls.sessions()));
    }
    context.setAutoHostSni(tls.hostSni()).setAutoSniSanValidation(tls.sniVerified());
    return socket(TLS, context.build());
  }

  private static TransportSocket socket(String name, Message context) {
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets." + name)
        .setTypedConfig(Extensions.pack(context))
        .build();
  }
}
