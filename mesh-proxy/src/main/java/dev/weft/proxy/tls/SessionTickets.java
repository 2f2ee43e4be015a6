package dev.weft.proxy.tls;

import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.security.SecureRandom;

/**
 * The keys of one server's session tickets (RFC 5077; RFC 8446, section 4.6.1): tickets are made
 * with the newest, and taken with the one before it, too. A key that was lost opens no more than
 * two periods of traffic. From any thread; not from two at once.
 */
final class SessionTickets {
  private static final SecureRandom RANDOM = new SecureRandom();

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
