package dev.weft.proxy.tls;

import dev.weft.xds.model.Resumption.TicketKey;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The keys of one server's session tickets (RFC 5077; RFC 8446, section 4.6.1): tickets are made
 * with the newest, and taken with the one before it, too. A key that was lost opens no more than
 * two periods of traffic. From any thread; not from two at once.
 */
final class SessionTickets {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int HMAC_AT = 16;
  private static final int AES_AT = 48;

  private final OpenSslSessionContext sessions;
  private OpenSslSessionTicketKey newest = key();

  /** Lets the server make tickets. */
  SessionTickets(OpenSslSessionContext sessions) {
    this.sessions = sessions;
    sessions.setTicketKeys(newest);
  }

  /** Makes new tickets with a new key. */
  void rotate() {
    OpenSslSessionTicketKey before = newest;
    newest = key();
    sessions.setTicketKeys(newest, before);
  }

  /**
   * A key that the configuration gives. Its two secrets have 32 bytes each, of which the first 16
   * are used: the library takes no more.
   */
  static OpenSslSessionTicketKey given(TicketKey key) {
    byte[] bytes = HexFormat.of().parseHex(key.hex());
    return new OpenSslSessionTicketKey(
        Arrays.copyOfRange(bytes, 0, OpenSslSessionTicketKey.NAME_SIZE),
        Arrays.copyOfRange(bytes, HMAC_AT, HMAC_AT + OpenSslSessionTicketKey.HMAC_KEY_SIZE),
        Arrays.copyOfRange(bytes, AES_AT, AES_AT + OpenSslSessionTicketKey.AES_KEY_SIZE));
  }

  private static OpenSslSessionTicketKey key() {
    return new OpenSslSessionTicketKey(
        random(OpenSslSessionTicketKey.NAME_SIZE),
        random(OpenSslSessionTicketKey.HMAC_KEY_SIZE),
        random(OpenSslSessionTicketKey.AES_KEY_SIZE));
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    RANDOM.nextBytes(bytes);
    return bytes;
  }
}
