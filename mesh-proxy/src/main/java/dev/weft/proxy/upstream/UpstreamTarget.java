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
 * @param asked what a request says to TLS; null for nothing
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
    @Nullable AskedName asked,
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
    this(cluster, name, address, protocol, tls, sni, preface, null, List.of());
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
      @Nullable AskedName asked,
      List<InetSocketAddress> addresses) {
    this(cluster, name, address, protocol, tls, sni, preface, asked, addresses, LocalAddresses.ANY);
  }

  /** The same endpoint, spoken to otherwise. */
  public UpstreamTarget over(WireProtocol other) {
    return new UpstreamTarget(
        cluster, name, address, other, tls, sni, preface, asked, addresses, from);
  }

  private UpstreamTarget with(@Nullable Preface other, @Nullable AskedName name) {
    return new UpstreamTarget(
        cluster, this.name, address, protocol, tls, sni, other, name, addresses, from);
  }

  /** The same endpoint for this client alone, where its connections say whose they are. */
  public UpstreamTarget of(ConnectionInfo client) {
    return preface == null ? this : with(preface.of(client), asked);
  }

  /** The same endpoint for requests that say this, where TLS is spoken. */
  public UpstreamTarget asking(@Nullable AskedName name) {
    return tls == null || name == null ? this : with(preface, name);
  }

  /** The server name that TLS sends; null for none. */
  @Nullable String serverName() {
    return asked != null && asked.sni() != null ? asked.sni() : sni;
  }

  /** Whether its connections are for one client, or for requests that say the same. */
  boolean personal() {
    return asked != null || preface != null && preface.client() != null;
  }

  /** The same endpoint as the configuration knows it, for nobody in particular. */
  UpstreamTarget configured() {
    return personal() ? with(preface == null ? null : preface.ofNobody(), null) : this;
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
        && Objects.equals(asked, that.asked)
        && from.equals(that.from)
        && (name != null || addresses.equals(that.addresses));
  }

  @Override
  public int hashCode() {
    int hash = 31 * place().hashCode() + cluster.hashCode();
    hash = 31 * (31 * hash + protocol.hashCode()) + Objects.hashCode(sni);
    if (asked != null) {
      hash = 31 * hash + asked.hashCode();
    }
    return preface == null ? hash : 31 * hash + preface.hashCode();
  }
}
