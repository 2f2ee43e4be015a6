package dev.weft.xds.codec;

import dev.weft.xds.model.PeerChecks;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.FixedSecret;
import dev.weft.xds.model.TlsSettings.InlineSecret;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.transport_sockets.tls.v3.CommonTlsContext}. */
final class TlsSettingsCodec {
  private static final int MAX_ALPN = 255;

  /** BoringSSL's for TLS 1.2 that need no key known before. */
  private static final Set<String> CIPHERS =
      Set.of(
          "ECDHE-ECDSA-AES128-GCM-SHA256",
          "ECDHE-RSA-AES128-GCM-SHA256",
          "ECDHE-ECDSA-AES256-GCM-SHA384",
          "ECDHE-RSA-AES256-GCM-SHA384",
          "ECDHE-ECDSA-CHACHA20-POLY1305",
          "ECDHE-RSA-CHACHA20-POLY1305",
          "ECDHE-ECDSA-AES128-SHA",
          "ECDHE-RSA-AES128-SHA",
          "ECDHE-ECDSA-AES256-SHA",
          "ECDHE-RSA-AES256-SHA",
          "AES128-GCM-SHA256",
          "AES256-GCM-SHA384",
          "AES128-SHA",
          "AES256-SHA");

  private static final Set<String> GROUPS =
      Set.of("X25519", "P-256", "P-384", "P-521", "X25519MLKEM768");

  private TlsSettingsCodec() {}

  /** What to verify a peer by. */
  private record Verification(
      @Nullable SecretSource trust, List<SanMatch> names, PeerChecks checks) {
    private static final Verification NONE = new Verification(null, List.of(), PeerChecks.NONE);
  }

  /**
   * @param certificates the own ones, of which the first counts here
   */
  static TlsSettings decode(
      CommonTlsContext context, List<SecretSource> certificates, DecodeScope scope) {
    Verification verification = verification(context, scope);
    for (int i = 0; i < context.getAlpnProtocolsCount(); i++) {
      int length = Wire.utf8Length(context.getAlpnProtocols(i));
      scope
          .at("alpn_protocols", i)
          .require(length >= 1 && length <= MAX_ALPN, "must have 1.." + MAX_ALPN + " bytes");
    }
    DecodeScope params = scope.at("tls_params");
    TlsVersion min =
        version(
            context.getTlsParams().getTlsMinimumProtocolVersion(),
            TlsVersion.TLS_1_2,
            params.at("tls_minimum_protocol_version"));
    TlsVersion max =
        version(
            context.getTlsParams().getTlsMaximumProtocolVersion(),
            TlsVersion.TLS_1_3,
            params.at("tls_maximum_protocol_version"));
    params.require(min.compareTo(max) <= 0, "has a minimum version above the maximum");
    return new TlsSettings(
        certificates.isEmpty() ? null : certificates.getFirst(),
        verification.trust(),
        verification.names(),
        context.getAlpnProtocolsList(),
        min,
        max,
        known(context.getTlsParams().getCipherSuitesList(), CIPHERS, params, "cipher_suites"),
        known(context.getTlsParams().getEcdhCurvesList(), GROUPS, params, "ecdh_curves"),
        verification.checks());
  }

  private static List<String> known(
      List<String> names, Set<String> all, DecodeScope scope, String field) {
    for (int i = 0; i < names.size(); i++) {
      scope
          .at(field, i)
          .require(
              all.contains(names.get(i)),
              "is \"" + names.get(i) + "\", which is not supported: one of " + new TreeSet<>(all));
    }
    return names;
  }

  private static TlsVersion version(TlsProtocol version, TlsVersion auto, DecodeScope scope) {
    return switch (version) {
      case TLS_AUTO -> auto;
      case TLSv1_2 -> TlsVersion.TLS_1_2;
      case TLSv1_3 -> TlsVersion.TLS_1_3;
      case TLSv1_0, TLSv1_1, UNRECOGNIZED -> {
        scope.problem("is not supported: only TLSv1_2 and TLSv1_3 are");
        yield auto;
      }
    };
  }

  private static Verification verification(CommonTlsContext context, DecodeScope scope) {
    return switch (context.getValidationContextTypeCase()) {
      case VALIDATION_CONTEXT ->
          inline(context.getValidationContext(), scope.at("validation_context"), true);
      case VALIDATION_CONTEXT_SDS_SECRET_CONFIG ->
          new Verification(
              CertificateSources.sds(
                  context.getValidationContextSdsSecretConfig(),
                  scope.at("validation_context_sds_secret_config")),
              List.of(),
              PeerChecks.NONE);
      case COMBINED_VALIDATION_CONTEXT -> {
        var combined = context.getCombinedValidationContext();
        DecodeScope at = scope.at("combined_validation_context");
        Verification inline =
            inline(
                combined.getDefaultValidationContext(),
                at.at("default_validation_context"),
                !combined.hasValidationContextSdsSecretConfig());
        if (!combined.hasValidationContextSdsSecretConfig()) {
          yield inline;
        }
        at.at("default_validation_context")
            .require(inline.trust() == null, "must not name trusted roots besides those by SDS");
        yield new Verification(
            CertificateSources.sds(
                combined.getValidationContextSdsSecretConfig(),
                at.at("validation_context_sds_secret_config")),
            inline.names(),
            inline.checks());
      }
      // refused by the field policy
      case VALIDATION_CONTEXT_CERTIFICATE_PROVIDER,
          VALIDATION_CONTEXT_CERTIFICATE_PROVIDER_INSTANCE ->
          Verification.NONE;
      case VALIDATIONCONTEXTTYPE_NOT_SET -> Verification.NONE;
    };
  }

  private static Verification inline(
      CertificateValidationContext context, DecodeScope scope, boolean rootsNeeded) {
    List<SanMatch> names = Secrets.subjectAltNames(context, scope);
    SecretSource trust = null;
    if (context.hasCaCertificateProviderInstance()) {
      scope
          .at("trusted_ca")
          .require(
              !context.hasTrustedCa(),
              "cannot be set together with ca_certificate_provider_instance");
      trust =
          CertificateSources.provider(
              context.getCaCertificateProviderInstance(),
              scope.at("ca_certificate_provider_instance"));
    } else if (context.hasTrustedCa()) {
      trust =
          new InlineSecret(new Secret.Validation("", Secrets.trustedCa(context, scope), List.of()));
    } else if (rootsNeeded) {
      scope.require(
          names.isEmpty(), "has names to match but no trusted_ca: anyone could present them");
      names = List.of();
    }
    boolean roots = trust != null || !rootsNeeded;
    return new Verification(trust, names, PeerChecksCodec.decode(context, roots, scope));
  }

  static CommonTlsContext encode(TlsSettings settings) {
    CommonTlsContext.Builder context =
        CommonTlsContext.newBuilder()
            .setTlsParams(
                TlsParameters.newBuilder()
                    .setTlsMinimumProtocolVersion(version(settings.minVersion()))
                    .setTlsMaximumProtocolVersion(version(settings.maxVersion()))
                    .addAllCipherSuites(settings.cipherSuites())
                    .addAllEcdhCurves(settings.groups()))
            .addAllAlpnProtocols(settings.alpn());
    if (settings.certificate() != null) {
      CertificateSources.add(settings.certificate(), context);
    }
    verification(settings, context);
    return context.build();
  }

  private static void verification(TlsSettings settings, CommonTlsContext.Builder context) {
    CertificateValidationContext.Builder names =
        CertificateValidationContext.newBuilder()
            .addAllMatchTypedSubjectAltNames(Secrets.encode(settings.subjectAltNames()));
    PeerChecksCodec.encode(settings.checks(), names);
    switch (settings.trust()) {
      case null -> {
        if (!settings.checks().equals(PeerChecks.NONE)) {
          context.setValidationContext(names);
        }
      }
      case Sds(String name) -> byName(CertificateSources.sds(name), settings, names, context);
      case FixedSecret(String name) ->
          byName(CertificateSources.fixed(name), settings, names, context);
      case Provider(String name) ->
          context.setValidationContext(
              names.setCaCertificateProviderInstance(CertificateSources.provider(name)));
      case InlineSecret(Secret.Validation validation) ->
          context.setValidationContext(
              names
                  .setTrustedCa(Wire.source(validation.trustedCaPem()))
                  .addAllMatchTypedSubjectAltNames(Secrets.encode(validation.subjectAltNames())));
      case InlineSecret(Secret.Certificate certificate) ->
          throw new IllegalArgumentException("a certificate is no trusted root: " + certificate);
    }
  }

  private static void byName(
      SdsSecretConfig trust,
      TlsSettings settings,
      CertificateValidationContext.Builder names,
      CommonTlsContext.Builder context) {
    if (settings.subjectAltNames().isEmpty() && settings.checks().equals(PeerChecks.NONE)) {
      context.setValidationContextSdsSecretConfig(trust);
    } else {
      context
          .getCombinedValidationContextBuilder()
          .setDefaultValidationContext(names)
          .setValidationContextSdsSecretConfig(trust);
    }
  }

  private static TlsProtocol version(TlsVersion version) {
    return switch (version) {
      case TLS_1_2 -> TlsProtocol.TLSv1_2;
      case TLS_1_3 -> TlsProtocol.TLSv1_3;
    };
  }
}
