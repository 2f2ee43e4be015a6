package dev.weft.proxy.identity;

import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.PeerVerifier;
import dev.weft.proxy.tls.SpiffeId;
import dev.weft.proxy.tls.TrustMaterial;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;

/**
 * Knows the control plane before there is any other trust: its chain must end at the root whose
 * hash the join token carries, and its certificate must name the control plane.
 */
final class PinnedRoot implements X509TrustManager {
  private final String rootSha256;

  PinnedRoot(String rootSha256) {
    this.rootSha256 = rootSha256;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    X509Certificate root = null;
    for (X509Certificate certificate : chain) {
      if (PeerIdentities.sha256(certificate).equals(rootSha256)) {
        root = certificate;
      }
    }
    if (root == null) {
      throw new CertificateException(
          "the server's chain does not contain the root the join token names (SHA-256 "
              + rootSha256
              + "): it is another mesh's control plane, or the root was replaced; make a new token"
              + " with `weft token create`");
    }
    List<String> uris = PeerIdentities.of(chain[0]).uris();
    if (uris.size() != 1) {
      throw new CertificateException("the server has the URI SANs " + uris + ", not exactly one");
    }
    SpiffeId server = spiffe(uris.getFirst());
    if (!server.path().equals(ControlPlaneTls.CONTROL_PLANE_PATH)) {
      throw new CertificateException(server + " is not the control plane");
    }
    new PeerVerifier(new TrustMaterial(List.of(root), List.of(), server.trustDomain()), List.of())
        .checkServerTrusted(chain, authType);
  }

  private static SpiffeId spiffe(String uri) throws CertificateException {
    try {
      return SpiffeId.parse(uri);
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only servers are verified here");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
