package dev.weft.proxy.stream;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Keeps connections from using up the file descriptors of the process: the last ones are kept for
 * the admin interface, the control plane and files, some before those for connections to endpoints.
 * As the system gives each connection the lowest number that is free, its number says how many are
 * in use. Where channels have no such number, or there is no limit to read, nothing is held back.
 */
public final class Descriptors {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String LINE = "Max open files";
  private static final int SPARE = 16;
  private static final int MOST = mostOfProcess();
  private static final int MOST_FOR_ENDPOINTS = MOST - Math.max(SPARE, MOST / 32);
  private static final int MOST_FOR_CLIENTS = MOST_FOR_ENDPOINTS - Math.max(SPARE, MOST / 8);

  private Descriptors() {}

  /** Whether a connection that was accepted leaves enough. */
  public static boolean allowClient(Channel channel) {
    return number(channel) < MOST_FOR_CLIENTS;
  }

  /** Whether a connection to an endpoint leaves enough. */
  public static boolean allowEndpoint(Channel channel) {
    return number(channel) < MOST_FOR_ENDPOINTS;
  }

  private static int number(Channel channel) {
    return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
  }

  private static int mostOfProcess() {
    try {
      return Files.exists(LIMITS) ? most(Files.readAllLines(LIMITS)) : Integer.MAX_VALUE;
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    }
  }

  /** The soft limit, of {@code Max open files 1024 4096 files}. */
  static int most(List<String> limits) {
    for (String line : limits) {
      if (line.startsWith(LINE)) {
        String soft = line.substring(LINE.length()).strip().split("\\s+", 2)[0];
        return soft.equals("unlimited")
            ? Integer.MAX_VALUE
            : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
      }
    }
    return Integer.MAX_VALUE;
  }
}
