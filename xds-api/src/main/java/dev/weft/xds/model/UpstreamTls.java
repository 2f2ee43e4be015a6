package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards endpoints.
 *
 * @param sni null to send none
 * @param hostSni whether the name of an endpoint that has one is sent instead
 * @param sniVerified whether an endpoint's certificate must be for the server name that is sent, in
 *     the place of other names it may have; needs a trust
 * @param sessions how many sessions are kept to go on with, of all endpoints together; 0 for none:
 *     every handshake is a whole one
 */
public record UpstreamTls(
    TlsSettings common, @Nullable String sni, int sessions, boolean hostSni, boolean sniVerified) {
  public UpstreamTls {
    if (sniVerified && common.trust() == null) {
      throw new IllegalArgumentException("server names are verified where there is a trust");
    }
    if (sessions < 0) {
      throw new IllegalArgumentException("cannot keep " + sessions + " sessions");
    }
  }

  /** With as many sessions as Envoy keeps. */
  public UpstreamTls(TlsSettings common, @Nullable String sni) {
    this(common, sni, 1);
  }

  /** With the server name that is said here, which nothing is made of. */
  public UpstreamTls(TlsSettings common, @Nullable String sni, int sessions) {
    this(common, sni, sessions, false, false);
  }

  /** The same with other protocols to choose from. */
  public UpstreamTls withAlpn(List<String> protocols) {
    return new UpstreamTls(common.withAlpn(protocols), sni, sessions, hostSni, sniVerified);
  }
}
