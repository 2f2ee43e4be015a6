package dev.weft.xds.codec;

import dev.weft.xds.model.PeerChecks;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.List;

/** {@code envoy.extensions.transport_sockets.tls.v3.Secret}, by SDS. */
final class SecretCodec implements ResourceCodec<Secret, dev.weft.xds.model.Secret> {
  private final FieldPolicy policy;

  SecretCodec(FieldPolicy policy) {
    this.policy = policy;
  }

  @Override
  public XdsType type() {
    return XdsType.SECRET;
  }

  @Override
  public Secret prototype() {
    return Secret.getDefaultInstance();
  }

  @Override
  public Decoded<dev.weft.xds.model.Secret> decode(Secret message) {
    return DecodeScope.decode(policy, message, SecretCodec::convert);
  }

  private static dev.weft.xds.model.Secret convert(Secret secret, DecodeScope scope) {
    String name = Wire.text(secret.getName(), scope.at("name"));
    return switch (secret.getTypeCase()) {
      case TLS_CERTIFICATE ->
          Secrets.certificate(name, secret.getTlsCertificate(), scope.at("tls_certificate"));
      case VALIDATION_CONTEXT -> validation(name, secret, scope.at("validation_context"));
      // refused by the field policy
      case SESSION_TICKET_KEYS, GENERIC_SECRET -> nothing(name);
      case TYPE_NOT_SET -> {
        scope.problem("must have one of tls_certificate and validation_context");
        yield nothing(name);
      }
    };
  }

  private static dev.weft.xds.model.Secret.Validation validation(
      String name, Secret secret, DecodeScope scope) {
    CertificateValidationContext context = secret.getValidationContext();
    scope
        .at("ca_certificate_provider_instance")
        .require(!context.hasCaCertificateProviderInstance(), "is not supported in a secret");
    PeerChecks checks = PeerChecksCodec.decode(context, context.hasTrustedCa(), scope);
    List<SanMatch> names = Secrets.subjectAltNames(context, scope);
    boolean roots = context.hasTrustedCa() || !checks.pinned() || !names.isEmpty();
    return new dev.weft.xds.model.Secret.Validation(
        name, roots ? Secrets.trustedCa(context, scope) : "", names, checks);
  }

  private static dev.weft.xds.model.Secret nothing(String name) {
    return new dev.weft.xds.model.Secret.Validation(name, "", List.of());
  }

  @Override
  public Secret encode(dev.weft.xds.model.Secret secret) {
    Secret.Builder encoded = Secret.newBuilder().setName(secret.name());
    switch (secret) {
      case dev.weft.xds.model.Secret.Certificate certificate ->
          encoded.setTlsCertificate(Secrets.certificate(certificate));
      case dev.weft.xds.model.Secret.Validation validation -> {
        CertificateValidationContext.Builder context = encoded.getValidationContextBuilder();
        context.addAllMatchTypedSubjectAltNames(Secrets.encode(validation.subjectAltNames()));
        if (!validation.trustedCaPem().isEmpty()) {
          context.setTrustedCa(Wire.source(validation.trustedCaPem()));
        }
        PeerChecksCodec.encode(validation.checks(), context);
      }
    }
    return encoded.build();
  }
}
