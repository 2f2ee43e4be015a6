package dev.weft.control.identity;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of the control plane's TLS listener and the roots its clients must chain to.
 * Client certificates are asked for, not required: enrolment comes without one.
 */
public final class ServerCertificate {
  private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);
  private static final Duration LIFETIME = Duration.ofDays(7);
  private static final Duration CHECK = Duration.ofHours(1);

  private final CertificateAuthority authority;
  private final List<String> hosts;
  private final InstantSource clock;

  // Only touched by options(), which is synchronized.
  private Instant renewAt = Instant.MIN;

  ServerCertificate(CertificateAuthority authority, List<String> hosts, InstantSource clock) {
    this.authority = authority;
    this.hosts = List.copyOf(hosts);
    this.clock = clock;
  }

  /**
   * Turns TLS on for a listener that is about to be made: as {@link #options}, HTTP/2 only, by
   * BoringSSL where it runs. Signatures and chains are worked out on workers: a handshake takes
   * milliseconds of CPU, and when a mesh starts all its sidecars connect at once.
   */
  public HttpServerOptions applyTo(HttpServerOptions options) {
    ServerSSLOptions tls = options();
    options
        .setSsl(true)
        .setUseAlpn(true)
        .setAlpnVersions(List.of(HttpVersion.HTTP_2))
        .setClientAuth(tls.getClientAuth())
        .setEnabledSecureTransportProtocols(tls.getEnabledSecureTransportProtocols())
        .setKeyCertOptions(tls.getKeyCertOptions())
        .setTrustOptions(tls.getTrustOptions())
        .setSslEngineOptions(
            OpenSSLEngineOptions.isAvailable()
                ? new OpenSSLEngineOptions().setUseWorkerThread(true)
                : new JdkSSLEngineOptions().setUseWorkerThread(true));
    return options;
  }

  /**
   * TLS options with a new key and certificate: TLS 1.2 and 1.3, ALPN h2. Costs a millisecond of
   * CPU.
   */
  public synchronized ServerSSLOptions options() {
    ServerKey key = authority.issueServer(hosts, LIFETIME);
    renewAt = clock.instant().plus(LIFETIME.dividedBy(2));
    ServerSSLOptions options = new ServerSSLOptions();
    options
        .setClientAuth(ClientAuth.REQUEST)
        .setKeyCertOptions(key.pem())
        .setTrustOptions(
            new PemTrustOptions().addCertValue(Buffer.buffer(authority.trustBundle().pem())));
    options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"));
    options.setUseAlpn(true);
    options.setApplicationLayerProtocols(List.of("h2"));
    return options;
  }

  /**
   * Checks every hour, until {@code vertx} closes: renews the authority's intermediate when it is
   * due and gives {@code server} a new certificate at half life or when the authority has changed.
   * Open connections stay.
   */
  public void keepCurrent(Vertx vertx, Function<ServerSSLOptions, Future<Boolean>> server) {
    vertx.setPeriodic(
        CHECK.toMillis(),
        tick ->
            authority
                .refresh()
                .whenComplete(
                    (changed, failure) -> {
                      if (failure != null) {
                        LOG.error(
                            "the CA could not be checked; it is tried again in an hour", failure);
                      }
                      if (Boolean.TRUE.equals(changed) || due()) {
                        renew(vertx, server);
                      }
                    }));
  }

  private synchronized boolean due() {
    return !clock.instant().isBefore(renewAt);
  }

  /** Gives {@code server} a new certificate now. */
  Future<Boolean> renew(Vertx vertx, Function<ServerSSLOptions, Future<Boolean>> server) {
    return vertx
        .executeBlocking(this::options)
        .compose(server)
        .onSuccess(done -> LOG.info("the xDS listener has a new certificate"))
        .onFailure(
            failure ->
                LOG.error(
                    "the xDS listener could not take a new certificate; it keeps the old one",
                    failure));
  }
}
