package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards endpoints.
 *
 * @param sni null to send none
 * @param sessions how many sessions are kept to go on with, of all endpoints together; 0 for none:
 *     every handshake is a whole one
 */
public record UpstreamTls(TlsSettings common, @Nullable String sni, int sessions) {
  public UpstreamTls {
    if (sessions < 0) {
      throw new IllegalArgumentException("cannot keep " + sessions + " sessions");
    }
  }

  /** With as many sessions as Envoy keeps. */
  public UpstreamTls(TlsSettings common, @Nullable String sni) {
    this(common, sni, 1);
  }

  /** The same with other protocols to choose from. */
  public UpstreamTls withAlpn(List<String> protocols) {
    return new UpstreamTls(common.withAlpn(protocols), sni, sessions);
  }
}
