package dev.weft.xds.codec;

import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.SanMatch.SanType;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.util.ArrayList;
import java.util.List;

/** Key material and names to verify, as secrets and TLS contexts share them. */
final class Secrets {
  private Secrets() {}

  static dev.weft.xds.model.Secret.Certificate certificate(
      String name, TlsCertificate certificate, DecodeScope scope) {
    DecodeScope chain = scope.at("certificate_chain");
    DecodeScope key = scope.at("private_key");
    return new dev.weft.xds.model.Secret.Certificate(
        name,
        Pem.certificates(Wire.text(certificate.getCertificateChain(), chain), chain),
        Pem.privateKey(Wire.text(certificate.getPrivateKey(), key), key));
  }

  static TlsCertificate certificate(dev.weft.xds.model.Secret.Certificate certificate) {
    return TlsCertificate.newBuilder()
        .setCertificateChain(Wire.source(certificate.chainPem()))
        .setPrivateKey(Wire.source(certificate.keyPem()))
        .build();
  }

  static String trustedCa(CertificateValidationContext context, DecodeScope scope) {
    DecodeScope at = scope.at("trusted_ca");
    return Pem.certificates(Wire.text(context.getTrustedCa(), at), at);
  }

  static List<SanMatch> subjectAltNames(CertificateValidationContext context, DecodeScope scope) {
    List<SanMatch> names = new ArrayList<>();
    for (int i = 0; i < context.getMatchTypedSubjectAltNamesCount(); i++) {
      SubjectAltNameMatcher matcher = context.getMatchTypedSubjectAltNames(i);
      DecodeScope at = scope.at("match_typed_subject_alt_names", i);
      StringMatch value = StringMatches.decode(matcher.getMatcher(), at.at("matcher"));
      SanType type =
          switch (matcher.getSanType()) {
            case DNS -> SanType.DNS;
            case URI -> SanType.URI;
            case EMAIL, IP_ADDRESS, OTHER_NAME, SAN_TYPE_UNSPECIFIED, UNRECOGNIZED -> {
              at.at("san_type").problem("is not supported: only DNS and URI are");
              yield SanType.DNS;
            }
          };
      names.add(new SanMatch(type, value));
    }
    for (int i = 0; i < context.getMatchSubjectAltNamesCount(); i++) {
      StringMatch value =
          StringMatches.decode(
              context.getMatchSubjectAltNames(i), scope.at("match_subject_alt_names", i));
      names.add(new SanMatch(SanType.DNS, value));
      names.add(new SanMatch(SanType.URI, value));
    }
    return names;
  }

  static List<SubjectAltNameMatcher> encode(List<SanMatch> names) {
    return names.stream()
        .map(
            name ->
                SubjectAltNameMatcher.newBuilder()
                    .setSanType(
                        switch (name.type()) {
                          case DNS -> SubjectAltNameMatcher.SanType.DNS;
                          case URI -> SubjectAltNameMatcher.SanType.URI;
                        })
                    .setMatcher(StringMatches.encode(name.value()))
                    .build())
        .toList();
  }
}
