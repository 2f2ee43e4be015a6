package dev.weft.xds.codec;

import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.SanMatch.SanType;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Key material and names to verify, as secrets and TLS contexts share them. */
final class Secrets {
  private static final Pattern OID = Pattern.compile("[0-2](\\.(0|[1-9][0-9]{0,17}))+");

  /** What names without a type may be. */
  private static final List<SanType> UNTYPED =
      List.of(SanType.DNS, SanType.URI, SanType.EMAIL, SanType.IP_ADDRESS);

  private Secrets() {}

  static dev.weft.xds.model.Secret.Certificate certificate(
      String name, TlsCertificate certificate, DecodeScope scope) {
    String password =
        certificate.hasPassword() ? Wire.text(certificate.getPassword(), scope.at("password")) : "";
    if (certificate.hasPkcs12()) {
      return store(name, certificate, password, scope);
    }
    DecodeScope chain = scope.at("certificate_chain");
    DecodeScope key = scope.at("private_key");
    return new dev.weft.xds.model.Secret.Certificate(
        name,
        Pem.certificates(Wire.text(certificate.getCertificateChain(), chain), chain),
        Pem.privateKey(opened(Wire.text(certificate.getPrivateKey(), key), password, key), key));
  }

  private static String opened(String pem, String password, DecodeScope scope) {
    if (password.isEmpty()) {
      return pem;
    }
    try {
      return EncryptedKeys.open(pem, password);
    } catch (GeneralSecurityException e) {
      scope.problem("does not open with the password: " + e.getMessage());
      return pem;
    }
  }

  private static dev.weft.xds.model.Secret.Certificate store(
      String name, TlsCertificate certificate, String password, DecodeScope scope) {
    DecodeScope at = scope.at("pkcs12");
    at.require(
        !certificate.hasCertificateChain() && !certificate.hasPrivateKey(),
        "cannot be set together with certificate_chain or private_key");
    try {
      EncryptedKeys.Pair pair =
          EncryptedKeys.pkcs12(Wire.bytes(certificate.getPkcs12(), at), password);
      return new dev.weft.xds.model.Secret.Certificate(
          name, Pem.certificates(pair.chainPem(), at), Pem.privateKey(pair.keyPem(), at));
    } catch (GeneralSecurityException e) {
      at.problem("does not open with the password: " + e.getMessage());
      return new dev.weft.xds.model.Secret.Certificate(name, "", "");
    }
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
            case EMAIL -> SanType.EMAIL;
            case IP_ADDRESS -> SanType.IP_ADDRESS;
            case OTHER_NAME -> SanType.OTHER_NAME;
            case SAN_TYPE_UNSPECIFIED, UNRECOGNIZED -> {
              at.at("san_type").problem("must be set");
              yield SanType.DNS;
            }
          };
      boolean other = type == SanType.OTHER_NAME;
      if (other) {
        at.at("oid").require(OID.matcher(matcher.getOid()).matches(), "must be as 1.2.3");
      }
      names.add(new SanMatch(type, value, other ? matcher.getOid() : ""));
    }
    for (int i = 0; i < context.getMatchSubjectAltNamesCount(); i++) {
      StringMatch value =
          StringMatches.decode(
              context.getMatchSubjectAltNames(i), scope.at("match_subject_alt_names", i));
      for (SanType type : UNTYPED) {
        names.add(new SanMatch(type, value));
      }
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
                          case EMAIL -> SubjectAltNameMatcher.SanType.EMAIL;
                          case IP_ADDRESS -> SubjectAltNameMatcher.SanType.IP_ADDRESS;
                          case OTHER_NAME -> SubjectAltNameMatcher.SanType.OTHER_NAME;
                        })
                    .setOid(name.oid())
                    .setMatcher(StringMatches.encode(name.value()))
                    .build())
        .toList();
  }
}
