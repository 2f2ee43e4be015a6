package dev.weft.proxy.identity;

import dev.weft.proxy.tls.OwnKey;
import dev.weft.proxy.tls.PeerVerifier;
import dev.weft.proxy.tls.SpiffeId;
import dev.weft.xds.model.SanMatch;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.TrustOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** How connections to the control plane are secured. */
public final class ControlPlaneTls {
  static final String CONTROL_PLANE_PATH = "/ns/weft-system/sa/control-plane";
  private static final int CONNECT_TIMEOUT_MILLIS = 3000;
  private static final AtomicLong clients = new AtomicLong();

  private ControlPlaneTls() {}

  /** Before there is an identity: the server is known by the root its token pins. */
  public static HttpClientOptions enrolling(JoinToken token) {
    return base().setTrustOptions(TrustOptions.wrap(new PinnedRoot(token.rootSha256())));
  }

  /** Mutual TLS with this identity; the server must be the control plane of its trust domain. */
  public static HttpClientOptions mutual(WorkloadIdentity identity) {
    String server = new SpiffeId(identity.id().trustDomain(), CONTROL_PLANE_PATH).toString();
    return base()
        .setKeyCertOptions(KeyCertOptions.wrap(new OwnKey(identity.key())))
        .setTrustOptions(
            TrustOptions.wrap(new PeerVerifier(identity.trust(), List.of(SanMatch.uri(server)))));
  }

  private static HttpClientOptions base() {
    HttpClientOptions options =
        new HttpClientOptions()
            // Vert.x forgets only shared clients when they are closed: each has a name of its own.
            .setShared(true)
            .setName("control-plane-" + clients.incrementAndGet())
            .setSsl(true)
            .setUseAlpn(true)
            .setProtocolVersion(HttpVersion.HTTP_2)
            // the verifiers check the SPIFFE ID; host names mean nothing here
            .setVerifyHost(false)
            .setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
    if (OpenSSLEngineOptions.isAvailable()) {
      options.setSslEngineOptions(new OpenSSLEngineOptions());
    }
    return options;
  }
}
