package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;

/**
 * How clients that come back are spared a whole TLS handshake ({@code DownstreamTlsContext}).
 *
 * @param tickets whether clients are given their sessions to keep
 * @param remembered whether sessions of TLS 1.2 are kept for clients that keep none
 * @param timeout of sessions of TLS 1.2, in whole seconds; zero for the proxy's own
 * @param keys the first makes tickets, all take them; empty for the proxy's own, which change
 */
public record Resumption(
    boolean tickets, boolean remembered, Duration timeout, List<TicketKey> keys) {
  /** As the proxy likes it. */
  public static final Resumption DEFAULT = new Resumption(true, true, Duration.ZERO, List.of());

  public Resumption {
    keys = List.copyOf(keys);
    if (!tickets && !keys.isEmpty()) {
      throw new IllegalArgumentException("keys for tickets, and no tickets");
    }
  }

  /**
   * A key of tickets.
   *
   * @param hex its 80 bytes, in hexadecimal: 16 of its name, 32 for HMAC, 32 for AES
   */
  public record TicketKey(String hex) {
    /** How many bytes one has. */
    public static final int BYTES = 80;

    public TicketKey {
      if (hex.length() != 2 * BYTES) {
        throw new IllegalArgumentException("a key of tickets has " + BYTES + " bytes");
      }
    }

    @Override
    public String toString() {
      return "TicketKey[not shown]";
    }
  }
}
