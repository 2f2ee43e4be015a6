package dev.weft.xds.codec;

import dev.weft.xds.model.PeerChecks;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What a {@code CertificateValidationContext} asks for besides chain and names. */
final class PeerChecksCodec {
  private static final Pattern HASH =
      Pattern.compile("[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){31}");
  private static final int BYTES = 32;
  private static final int MAX_DEPTH = 100;
  private static final HexFormat HEX = HexFormat.of();

  private PeerChecksCodec() {}

  /**
   * @param roots whether there are trusted roots, or may be
   */
  static PeerChecks decode(CertificateValidationContext context, boolean roots, DecodeScope scope) {
    scope
        .at("allow_expired_certificate")
        .require(!context.getAllowExpiredCertificate() || roots, "needs a trusted_ca");
    return new PeerChecks(
        certificates(context, scope),
        keys(context, scope),
        depth(context, scope.at("max_verify_depth")),
        revoked(context, roots, scope.at("crl")),
        context.getOnlyVerifyLeafCertCrl(),
        context.getAllowExpiredCertificate(),
        untrusted(context, scope.at("trust_chain_verification")));
  }

  /** A root there is in any case: 0 is 1, as with Envoy. */
  private static int depth(CertificateValidationContext context, DecodeScope scope) {
    return context.hasMaxVerifyDepth()
        ? Math.max(1, Wire.number(context.getMaxVerifyDepth().getValue(), 0, MAX_DEPTH, scope))
        : PeerChecks.ANY_DEPTH;
  }

  private static List<String> certificates(
      CertificateValidationContext context, DecodeScope scope) {
    List<String> decoded = new ArrayList<>();
    for (int i = 0; i < context.getVerifyCertificateHashCount(); i++) {
      String hash = context.getVerifyCertificateHash(i);
      scope
          .at("verify_certificate_hash", i)
          .require(
              HASH.matcher(hash).matches(),
              "must be a SHA-256: 64 hex digits, or 32 pairs of them with colons between");
      decoded.add(hash.replace(":", "").toLowerCase(Locale.ROOT));
    }
    return decoded;
  }

  private static List<String> keys(CertificateValidationContext context, DecodeScope scope) {
    List<String> decoded = new ArrayList<>();
    for (int i = 0; i < context.getVerifyCertificateSpkiCount(); i++) {
      DecodeScope at = scope.at("verify_certificate_spki", i);
      try {
        byte[] hash = Base64.getDecoder().decode(context.getVerifyCertificateSpki(i));
        if (at.require(hash.length == BYTES, "must be the base64 of a SHA-256, 32 bytes")) {
          decoded.add(HEX.formatHex(hash));
        }
      } catch (IllegalArgumentException e) {
        at.problem("must be the base64 of a SHA-256, 32 bytes");
      }
    }
    return decoded;
  }

  private static String revoked(
      CertificateValidationContext context, boolean roots, DecodeScope scope) {
    if (!context.hasCrl()) {
      return "";
    }
    scope.require(roots, "needs a trusted_ca: of whose certificates would it tell?");
    return Pem.revocations(Wire.text(context.getCrl(), scope), scope);
  }

  private static boolean untrusted(CertificateValidationContext context, DecodeScope scope) {
    return switch (context.getTrustChainVerification()) {
      case VERIFY_TRUST_CHAIN -> false;
      case ACCEPT_UNTRUSTED -> true;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield false;
      }
    };
  }

  static void encode(PeerChecks checks, CertificateValidationContext.Builder context) {
    context
        .addAllVerifyCertificateHash(checks.certificates())
        .setOnlyVerifyLeafCertCrl(checks.leafOnly())
        .setAllowExpiredCertificate(checks.expired());
    for (String key : checks.keys()) {
      context.addVerifyCertificateSpki(Base64.getEncoder().encodeToString(HEX.parseHex(key)));
    }
    if (checks.maxDepth() != PeerChecks.ANY_DEPTH) {
      context.setMaxVerifyDepth(Wire.uint32(checks.maxDepth()));
    }
    if (!checks.crlPem().isEmpty()) {
      context.setCrl(Wire.source(checks.crlPem()));
    }
    if (checks.untrusted()) {
      context.setTrustChainVerification(TrustChainVerification.ACCEPT_UNTRUSTED);
    }
  }
}
