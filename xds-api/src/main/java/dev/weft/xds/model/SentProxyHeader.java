package dev.weft.xds.model;

import java.util.List;

/**
 * The PROXY header that connections to endpoints begin with ({@code
 * ProxyProtocolUpstreamTransport}).
 *
 * @param passed what of the client's own header goes on, in version 2
 * @param added what is said besides, in version 2, in place of what the client's says of the type
 */
public record SentProxyHeader(ProxyHeaderVersion version, TlvChoice passed, List<Tlv> added) {
  public SentProxyHeader {
    added = List.copyOf(added);
  }

  /** One that says addresses alone. */
  public SentProxyHeader(ProxyHeaderVersion version) {
    this(version, TlvChoice.NONE, List.of());
  }

  /** Whether something is said of this type whatever the client's header says. */
  public boolean adds(int type) {
    for (int i = 0; i < added.size(); i++) {
      if (added.get(i).type() == type) {
        return true;
      }
    }
    return false;
  }
}
