package dev.weft.proxy.tls;

import dev.weft.xds.match.StringMatcher;
import dev.weft.xds.model.PeerChecks;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.StringMatch;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a peer's certificate is accepted: its chain and its dates (RFC 5280), its names,
 * and, within a mesh, the rules for X.509-SVIDs. Without trust material the chain is not looked at.
 */
public final class PeerVerifier extends X509ExtendedTrustManager {
  private static final X509Certificate[] NO_ISSUERS = {};
  private static final int KEY_CERT_SIGN = 5;

  private final @Nullable Chains chains;
  private final @Nullable String trustDomain;
  private final PeerChecks checks;
  private final List<SanMatch> accepted;
  private final List<Name> names;
  private final boolean asked;

  /**
   * @param names one of these, or of the trust material's, must match a SAN; none asks for none
   */
  public PeerVerifier(@Nullable TrustMaterial trust, List<SanMatch> names) {
    this(trust, names, PeerChecks.NONE);
  }

  /**
   * The same with other checks.
   *
   * @param checks those of the trust material count, too
   */
  public PeerVerifier(@Nullable TrustMaterial trust, List<SanMatch> names, PeerChecks checks) {
    this(trust, names, checks, false);
  }

  /**
   * The same where a server may have to be for the name that it was asked for.
   *
   * @param asked whether the name that was sent to a server has to be a SAN of it, instead of those
   */
  PeerVerifier(
      @Nullable TrustMaterial trust, List<SanMatch> names, PeerChecks checks, boolean asked) {
    this.asked = asked;
    this.checks = trust == null ? checks : checks.and(trust.checks());
    this.chains =
        trust == null || trust.roots().isEmpty() ? null : new Chains(trust.roots(), this.checks);
    this.trustDomain = trust == null ? null : trust.trustDomain();
    this.accepted =
        trust == null
            ? names
            : Stream.concat(names.stream(), trust.subjectAltNames().stream()).toList();
    this.names = accepted.stream().map(Name::of).toList();
  }

  private record Name(int kind, String oid, Predicate<String> value) {
    static Name of(SanMatch name) {
      int kind =
          switch (name.type()) {
            case DNS -> San.DNS;
            case URI -> San.URI;
            case EMAIL -> San.EMAIL;
            case IP_ADDRESS -> San.ADDRESS;
            case OTHER_NAME -> San.OTHER;
          };
      StringMatcher matcher = StringMatcher.compile(name.value());
      return new Name(
          kind,
          name.oid(),
          kind == San.DNS && name.value() instanceof StringMatch.Exact exact
              ? shown -> DnsNames.fits(exact.value(), shown)
              : matcher::test);
    }

    boolean fits(San san) {
      return san.kind() == kind
          && (san.oid() == null || san.oid().equals(oid))
          && value.test(san.value());
    }
  }

  /** Whether a peer that shows no certificate is none that is accepted. */
  boolean needsCertificate() {
    return !checks.untrusted() && (checks.pinned() || !names.isEmpty());
  }

  /** Whether a peer is accepted whatever its certificate is. */
  boolean acceptsAll() {
    return checks.untrusted();
  }

  /**
   * @param host that was asked for; null where that does not count
   */
  private void verify(
      X509Certificate[] chain, String authType, boolean client, @Nullable String host)
      throws CertificateException {
    if (checks.untrusted()) {
      return;
    }
    if (chains != null) {
      chains.verify(chain, authType, client);
    }
    X509Certificate leaf = chain[0];
    if (trustDomain != null) {
      verifySvid(leaf, trustDomain);
    }
    if (host != null) {
      verifyHost(leaf, host);
    } else if (!names.isEmpty()) {
      verifyNames(leaf);
    }
    if (checks.pinned()) {
      verifyPins(leaf);
    }
  }

  private void verifyPins(X509Certificate leaf) throws CertificateException {
    if (!checks.certificates().contains(PeerIdentities.sha256(leaf))
        && !checks.keys().contains(PeerIdentities.sha256(leaf.getPublicKey().getEncoded()))) {
      throw new CertificateException("the peer's certificate and key are none of those accepted");
    }
  }

  private static void verifyHost(X509Certificate leaf, String host) throws CertificateException {
    for (String name : PeerIdentities.names(leaf, San.DNS)) {
      if (DnsNames.fits(host, name)) {
        return;
      }
    }
    throw new CertificateException("the server's certificate is not for " + host);
  }

  private void verifyNames(X509Certificate leaf) throws CertificateException {
    List<San> shown = PeerIdentities.sans(leaf);
    for (San san : shown) {
      for (Name name : names) {
        if (name.fits(san)) {
          return;
        }
      }
    }
    throw new CertificateException(
        "the peer is "
            + shown.stream().map(San::value).toList()
            + ", which none of the accepted names matches: "
            + accepted);
  }

  private static void verifySvid(X509Certificate leaf, String trustDomain)
      throws CertificateException {
    List<String> uris = PeerIdentities.uris(leaf);
    if (uris.size() != 1) {
      throw new CertificateException(
          "a mesh certificate has exactly one URI SAN, this one has " + uris);
    }
    SpiffeId id;
    try {
      id = SpiffeId.parse(uris.getFirst());
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
    if (!id.trustDomain().equals(trustDomain)) {
      throw new CertificateException(id + " is not of the trust domain " + trustDomain);
    }
    boolean[] usage = leaf.getKeyUsage();
    if (leaf.getBasicConstraints() >= 0
        || (usage != null && usage.length > KEY_CERT_SIGN && usage[KEY_CERT_SIGN])) {
      throw new CertificateException(id + " shows an authority's certificate, not a workload's");
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    verify(chain, authType, true, null);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    verify(chain, authType, true, null);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    verify(chain, authType, true, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    verify(chain, authType, false, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    verify(chain, authType, false, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    verify(chain, authType, false, asked ? engine.getPeerHost() : null);
  }

  /** None: naming the roots in the handshake would tell strangers about the mesh. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NO_ISSUERS.clone();
  }
}
