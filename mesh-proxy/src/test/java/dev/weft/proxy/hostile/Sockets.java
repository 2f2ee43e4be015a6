package dev.weft.proxy.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the system holds of connections, as Linux tells it. */
final class Sockets {
  private static final String LISTENS = "0A";

  private Sockets() {}

  /** Bytes of all connections to a port of this machine that were sent and not read. */
  static long unread(int port) {
    long bytes = 0;
    String suffix = ":%04X".formatted(port);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      try {
        for (String line : Files.readAllLines(Path.of(table))) {
          String[] fields = line.strip().split("\\s+");
          boolean listens = fields[3].equals(LISTENS);
          if (!listens && (fields[1].endsWith(suffix) || fields[2].endsWith(suffix))) {
            String[] queues = fields[4].split(":");
            bytes += Long.parseLong(queues[0], 16) + Long.parseLong(queues[1], 16);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return bytes;
  }
}
