package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.tls.TlsContexts;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a connection leads to; equal targets share connections. Where a target has a name, its
 * address is that of the next connection and makes no difference: connections to earlier addresses
 * stay.
 *
 * @param cluster the name of the cluster, which keeps the connections of clusters apart
 * @param name what it is known by whatever its address is; null where the address says it
 * @param address resolved: nothing is looked up here
 * @param tls null for plaintext
 * @param sni the server name to ask for; null for none
 * @param preface the PROXY header that its connections begin with; null for none. One that names a
 *     client makes them that client's alone
 * @param addresses where it has several, all of them in the order in which they are tried; else
 *     empty
 * @param from where its connections come from
 */
public record UpstreamTarget(
    String cluster,
    @Nullable String name,
    InetSocketAddress address,
    WireProtocol protocol,
    TlsContexts.@Nullable Context tls,
    @Nullable String sni,
    @Nullable Preface preface,
    List<InetSocketAddress> addresses,
    LocalAddresses from) {
  public UpstreamTarget {
    addresses = List.copyOf(addresses);
    if (protocol == WireProtocol.ALPN && tls == null) {
      throw new IllegalArgumentException(
          "protocol ALPN needs TLS: cluster " + cluster + " at " + address + " has none");
    }
  }

  /** A target that its address says. */
  public UpstreamTarget(
      String cluster,
      InetSocketAddress address,
      WireProtocol protocol,
      TlsContexts.@Nullable Context tls,
      @Nullable String sni) {
    this(cluster, null, address, protocol, tls, sni, null);
  }

  /** A target that has one address. */
  public UpstreamTarget(
      String cluster,
      @Nullable String name,
      InetSocketAddress address,
      WireProtocol protocol,
      TlsContexts.@Nullable Context tls,
      @Nullable String sni,
      @Nullable Preface preface) {
    this(cluster, name, address, protocol, tls, sni, preface, List.of());
  }

  /** A target whose connections come from anywhere. */
  public UpstreamTarget(
      String cluster,
      @Nullable String name,
      InetSocketAddress address,
      WireProtocol protocol,
      TlsContexts.@Nullable Context tls,
      @Nullable String sni,
      @Nullable Preface preface,
      List<InetSocketAddress> addresses) {
    this(cluster, name, address, protocol, tls, sni, preface, addresses, LocalAddresses.ANY);
  }

  /** The same endpoint, spoken to otherwise. */
  public UpstreamTarget over(WireProtocol other) {
    return new UpstreamTarget(cluster, name, address, other, tls, sni, preface, addresses, from);
  }

  private UpstreamTarget with(Preface other) {
    return new UpstreamTarget(cluster, name, address, protocol, tls, sni, other, addresses, from);
  }

  /** The same endpoint for this client alone, where its connections say whose they are. */
  public UpstreamTarget of(ConnectionInfo client) {
    return preface == null ? this : with(preface.of(client));
  }

  /** Whether its connections are one client's. */
  boolean personal() {
    return preface != null && preface.client() != null;
  }

  /** The same endpoint as the configuration knows it, for nobody in particular. */
  UpstreamTarget configured() {
    return preface == null || preface.client() == null ? this : with(preface.ofNobody());
  }

  /** The same endpoint, for bytes that are no HTTP. */
  public UpstreamTarget overTcp() {
    return over(WireProtocol.BYTES);
  }

  /** What it is known by in its cluster. */
  public Object place() {
    return name == null ? address : name;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof UpstreamTarget that
        && place().equals(that.place())
        && cluster.equals(that.cluster)
        && protocol == that.protocol
        && Objects.equals(tls, that.tls)
        && Objects.equals(sni, that.sni)
        && Objects.equals(preface, that.preface)
        && from.equals(that.from)
        && (name != null || addresses.equals(that.addresses));
  }

  @Override
  public int hashCode() {
    int hash = 31 * place().hashCode() + cluster.hashCode();
    hash = 31 * (31 * hash + protocol.hashCode()) + Objects.hashCode(sni);
    return preface == null ? hash : 31 * hash + preface.hashCode();
  }
}
