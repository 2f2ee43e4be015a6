package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.xds.model.PeerChecks;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerVerifierTest {
  private static final TestCa CA = new TestCa("root");
  private static final TestCa UNDER = CA.under("under");
  private static final TestCa.Issued LEAF = CA.uri("spiffe://test/leaf");
  private static final TestCa.Issued DEEP = UNDER.uri("spiffe://test/deep");
  private static final TestCa.Issued EXPIRED = CA.expired("spiffe://test/expired");

  private static PeerChecks pins(String certificate, String key) {
    return new PeerChecks(
        certificate == null ? List.of() : List.of(certificate),
        key == null ? List.of() : List.of(key),
        PeerChecks.ANY_DEPTH,
        "",
        false,
        false,
        false);
  }

  private static PeerChecks depth(int depth) {
    return new PeerChecks(List.of(), List.of(), depth, "", false, false, false);
  }

  private static PeerChecks revoked(String lists, boolean leafOnly) {
    return new PeerChecks(
        List.of(), List.of(), PeerChecks.ANY_DEPTH, lists, leafOnly, false, false);
  }

  private static PeerChecks any(boolean expired, boolean untrusted) {
    return new PeerChecks(
        List.of(), List.of(), PeerChecks.ANY_DEPTH, "", false, expired, untrusted);
  }

  private static PeerVerifier verifier(PeerChecks checks, X509Certificate... roots) {
    return new PeerVerifier(
        roots.length == 0 ? null : new TrustMaterial(List.of(roots), List.of(), null),
        List.of(),
        checks);
  }

  private static void check(PeerVerifier verifier, TestCa.Issued peer) throws CertificateException {
    verifier.checkClientTrusted(peer.chain().toArray(X509Certificate[]::new), "EC");
    verifier.checkServerTrusted(peer.chain().toArray(X509Certificate[]::new), "ECDHE_ECDSA");
  }

  private static void accepts(PeerVerifier verifier, TestCa.Issued peer) {
    assertThatCode(() -> check(verifier, peer)).doesNotThrowAnyException();
  }

  private static void refuses(PeerVerifier verifier, TestCa.Issued peer, String reason) {
    assertThatThrownBy(() -> check(verifier, peer))
        .isInstanceOf(CertificateException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void oneOfTheHashesHasToFit() {
    String certificate = PeerIdentities.sha256(LEAF.leaf());
    String key = PeerIdentities.sha256(LEAF.leaf().getPublicKey().getEncoded());
    String other = PeerIdentities.sha256(DEEP.leaf());

    accepts(verifier(pins(certificate, null), CA.root()), LEAF);
    accepts(verifier(pins(null, key), CA.root()), LEAF);
    accepts(verifier(pins(other, key), CA.root()), LEAF);
    accepts(verifier(pins(certificate, null)), LEAF);
    refuses(verifier(pins(other, null), CA.root()), LEAF, "none of those accepted");
    refuses(verifier(pins(null, certificate), CA.root()), LEAF, "none of those accepted");
    // the chain counts as well
    refuses(verifier(pins(certificate, null), new TestCa("other").root()), LEAF, "path");
  }

  @Test
  void theDepthCountsWhatIsAboveTheCertificate() {
    accepts(verifier(depth(1), CA.root()), LEAF);
    refuses(verifier(depth(1), CA.root()), DEEP, "depth of 2");
    accepts(verifier(depth(2), CA.root()), DEEP);
    // an authority between may be the trusted one
    accepts(verifier(depth(1), UNDER.root()), DEEP);
  }

  @Test
  void whatWasRevokedIsRefused() {
    accepts(verifier(revoked(CA.revoked(), false), CA.root()), LEAF);
    refuses(verifier(revoked(CA.revoked(LEAF.leaf()), false), CA.root()), LEAF, "was revoked");
    String both = CA.revoked(UNDER.root()) + UNDER.revoked();
    refuses(verifier(revoked(both, false), CA.root()), DEEP, "CN=under was revoked");
    accepts(verifier(revoked(both, true), CA.root()), DEEP);
  }

  @Test
  void listsThatDoNotHoldAreNone() {
    Instant past = Instant.now().minus(Duration.ofHours(1));
    refuses(verifier(revoked(CA.revoked(past), false), CA.root()), LEAF, "no list");
    // of the same name, but not of the same key
    refuses(verifier(revoked(new TestCa("root").revoked(), false), CA.root()), LEAF, "no list");
    refuses(verifier(revoked(CA.revoked(), false), CA.root()), DEEP, "no list");
    accepts(verifier(revoked(CA.revoked(past) + CA.revoked(), false), CA.root()), LEAF);
  }

  @Test
  void whereTheTimeDoesNotCountAllElseDoes() {
    refuses(verifier(PeerChecks.NONE, CA.root()), EXPIRED, "");
    accepts(verifier(any(true, false), CA.root()), EXPIRED);
    accepts(verifier(any(true, false), CA.root()), LEAF);
    accepts(verifier(any(true, false), CA.root()), DEEP);
    refuses(verifier(any(true, false), new TestCa("root").root()), EXPIRED, "");
  }

  @Test
  void whoeverIsAcceptedMayShowAnything() {
    PeerVerifier verifier = verifier(any(false, true), new TestCa("other").root());

    accepts(verifier, EXPIRED);
    assertThat(verifier.acceptsAll()).isTrue();
    assertThat(verifier.needsCertificate()).isFalse();
  }

  @Test
  void checksOfTheTrustAndOfTheSettingsCountTogether() {
    TrustMaterial trust =
        new TrustMaterial(
            List.of(CA.root()), List.of(), null, pins(PeerIdentities.sha256(DEEP.leaf()), null));
    PeerVerifier verifier = new PeerVerifier(trust, List.of(), depth(1));

    refuses(verifier, LEAF, "none of those accepted");
    refuses(verifier, DEEP, "depth of 2");
    assertThat(verifier.needsCertificate()).isTrue();
  }
}
