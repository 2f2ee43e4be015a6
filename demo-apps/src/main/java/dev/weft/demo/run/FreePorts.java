package dev.weft.demo.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Hands out ports that nobody listens on, below the range that outgoing connections take theirs
 * from.
 */
final class FreePorts {
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private int next = ThreadLocalRandom.current().nextInt(FIRST, LAST - 2000);

  /** A port that no call before has returned. */
  synchronized int take() throws IOException {
    for (int tried = 0; tried < LAST - FIRST; tried++) {
      int port = next++;
      if (next > LAST) {
        next = FIRST;
      }
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (IOException e) {
        // taken by somebody else; the next one may be free
      }
    }
    throw new IOException("no free port between " + FIRST + " and " + LAST + "; end some servers");
  }
}
