package dev.weft.proxy.upstream;

import dev.weft.proxy.tls.TlsContexts;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a connection leads to; equal targets share connections.
 *
 * @param cluster the name of the cluster, which keeps the connections of clusters apart
 * @param address resolved: nothing is looked up here
 * @param tls null for plaintext
 * @param sni the server name to ask for; null for none
 */
public record UpstreamTarget(
    String cluster,
    InetSocketAddress address,
    WireProtocol protocol,
    TlsContexts.@Nullable Context tls,
    @Nullable String sni) {
  public UpstreamTarget {
    if (protocol == WireProtocol.ALPN && tls == null) {
      throw new IllegalArgumentException(
          "protocol ALPN needs TLS: cluster " + cluster + " at " + address + " has none");
    }
  }

  /** The same endpoint, for bytes that are no HTTP. */
  public UpstreamTarget overTcp() {
    return new UpstreamTarget(cluster, address, WireProtocol.BYTES, tls, sni);
  }
}
