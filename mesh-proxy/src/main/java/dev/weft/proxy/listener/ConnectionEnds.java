package dev.weft.proxy.listener;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.transport.OriginalAddress;
import dev.weft.xds.model.Tlv;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection comes from and where it led to: as its socket says, a PROXY header, or the
 * system that redirected it. As a socket's own, addresses are null where the peer has gone before
 * they were asked for. Confined to its loop.
 */
final class ConnectionEnds {
  private final Channel channel;

  /** Who a header said it comes from; null where none came, or it said nothing. */
  private @Nullable InetSocketAddress proxiedFrom;

  /** Where a header, or the system, said that it led to; null where neither did. */
  private @Nullable InetSocketAddress restoredTo;

  /** What a header said besides. */
  private List<Tlv> tlvs = List.of();

  private Map<String, ?> notes = Map.of();

  ConnectionEnds(Channel channel) {
    this.channel = channel;
  }

  /** Takes what a PROXY header says. */
  void onHeader(ProxyHeader.Found header) {
    proxiedFrom = header.source();
    tlvs = List.copyOf(header.tlvs());
    notes = header.notes();
    InetSocketAddress destination = header.destination();
    if (destination != null && !destination.equals(channel.localAddress())) {
      restoredTo = destination;
    }
  }

  /** Asks the system where the connection led to, and takes what it says. */
  void askSystem() {
    InetSocketAddress said = OriginalAddress.of(channel);
    if (said != null) {
      restoredTo = said;
    }
  }

  /** Where it was said that the connection led to; null if nobody has said it. */
  @Nullable InetSocketAddress restored() {
    return restoredTo;
  }

  /** The other end of the socket. */
  InetSocketAddress peer() {
    return (InetSocketAddress) channel.remoteAddress();
  }

  /** Who the connection comes from. */
  InetSocketAddress remote() {
    return proxiedFrom == null ? peer() : proxiedFrom;
  }

  /** Where it led to. */
  InetSocketAddress local() {
    return restoredTo == null ? (InetSocketAddress) channel.localAddress() : restoredTo;
  }

  /** Adds to what is known of the connection whether these are the ends of its socket. */
  ConnectionInfo complete(ConnectionInfo info) {
    return proxiedFrom == null && restoredTo == null
        ? info
        : info.over(
            (InetSocketAddress) channel.localAddress(), peer(), restoredTo != null, tlvs, notes);
  }
}
