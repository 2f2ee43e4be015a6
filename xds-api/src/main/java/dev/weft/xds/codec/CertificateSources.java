package dev.weft.xds.codec;

import dev.weft.xds.model.CertificateChoice;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.TlsSettings.FixedSecret;
import dev.weft.xds.model.TlsSettings.InlineSecret;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import java.util.ArrayList;
import java.util.List;

/** Where the own certificates of a {@code CommonTlsContext} come from. */
final class CertificateSources {
  private CertificateSources() {}

  /** In the order in which they are listed. */
  static List<SecretSource> decode(CommonTlsContext context, DecodeScope scope) {
    List<SecretSource> sources = new ArrayList<>();
    for (int i = 0; i < context.getTlsCertificatesCount(); i++) {
      sources.add(
          new InlineSecret(
              Secrets.certificate(
                  "", context.getTlsCertificates(i), scope.at("tls_certificates", i))));
    }
    for (int i = 0; i < context.getTlsCertificateSdsSecretConfigsCount(); i++) {
      sources.add(
          sds(
              context.getTlsCertificateSdsSecretConfigs(i),
              scope.at("tls_certificate_sds_secret_configs", i)));
    }
    if (context.hasTlsCertificateProviderInstance()) {
      sources.add(
          provider(
              context.getTlsCertificateProviderInstance(),
              scope.at("tls_certificate_provider_instance")));
    }
    int kinds =
        Math.min(1, context.getTlsCertificatesCount())
            + Math.min(1, context.getTlsCertificateSdsSecretConfigsCount())
            + (context.hasTlsCertificateProviderInstance() ? 1 : 0);
    scope.require(
        kinds <= 1,
        "has certificates of several kinds: tls_certificates, tls_certificate_sds_secret_configs"
            + " and tls_certificate_provider_instance exclude each other");
    return sources;
  }

  /** Those of a server that it has besides the first. */
  static CertificateChoice choice(List<SecretSource> sources, DownstreamTlsContext context) {
    return sources.size() <= 1
        ? CertificateChoice.NONE
        : new CertificateChoice(
            sources.subList(1, sources.size()), context.getFullScanCertsOnSniMismatch().getValue());
  }

  static SecretSource sds(SdsSecretConfig config, DecodeScope scope) {
    String name = Wire.text(config.getName(), scope.at("name"));
    if (!config.hasSdsConfig()) {
      return new FixedSecret(name);
    }
    Wire.configSource(config.getSdsConfig(), XdsType.SECRET, name, scope.at("sds_config"));
    return new Sds(name);
  }

  static SecretSource provider(CertificateProviderPluginInstance instance, DecodeScope scope) {
    return new Provider(Wire.text(instance.getInstanceName(), scope.at("instance_name")));
  }

  static void encode(CertificateChoice choice, DownstreamTlsContext.Builder context) {
    choice.more().forEach(source -> add(source, context.getCommonTlsContextBuilder()));
    if (choice.scanAll()) {
      context.setFullScanCertsOnSniMismatch(Wire.bool(true));
    }
  }

  /** Adds one behind those that are there. */
  static void add(SecretSource source, CommonTlsContext.Builder context) {
    switch (source) {
      case Sds(String name) -> context.addTlsCertificateSdsSecretConfigs(sds(name));
      case FixedSecret(String name) -> context.addTlsCertificateSdsSecretConfigs(fixed(name));
      case Provider(String name) -> context.setTlsCertificateProviderInstance(provider(name));
      case InlineSecret(Secret.Certificate certificate) ->
          context.addTlsCertificates(Secrets.certificate(certificate));
      case InlineSecret(Secret.Validation validation) ->
          throw new IllegalArgumentException("trusted roots are no certificate: " + validation);
    }
  }

  static SdsSecretConfig sds(String name) {
    return SdsSecretConfig.newBuilder().setName(name).setSdsConfig(Wire.ADS).build();
  }

  static SdsSecretConfig fixed(String name) {
    return SdsSecretConfig.newBuilder().setName(name).build();
  }

  static CertificateProviderPluginInstance provider(String name) {
    return CertificateProviderPluginInstance.newBuilder().setInstanceName(name).build();
  }
}
