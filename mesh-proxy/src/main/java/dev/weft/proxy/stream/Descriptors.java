package dev.weft.proxy.stream;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Keeps connections from using up the file descriptors of the process. Clients and endpoints may
 * have three quarters each of what is left for connections, so that neither can take all from the
 * other; the last are kept for the admin interface, the control plane and files. As the system
 * gives each connection the lowest number that is free, its number says how many are in use. From
 * any thread.
 */
public final class Descriptors {
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final String LINE = "Max open files";
  private static final int SPARE = 24;

  /** Whoever is let in must find an endpoint, even if others keep theirs. */
  private static final int FOR_ENDPOINTS = 8;

  private final int highest;
  private final int share;
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicInteger endpoints = new AtomicInteger();

  private Descriptors(int highest, int share) {
    this.highest = highest;
    this.share = share;
  }

  /** No limit. */
  public static Descriptors unlimited() {
    return new Descriptors(Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** What the process may have, less what it has now; no limit where that cannot be read. */
  public static Descriptors ofProcess() {
    if (!Files.exists(LIMITS)) {
      return unlimited();
    }
    try (Stream<Path> open = Files.list(OPEN)) {
      int most = most(Files.readAllLines(LIMITS));
      int highest = most - Math.max(SPARE, most / 32);
      return new Descriptors(highest, Math.max(1, (highest - (int) open.count()) / 4 * 3));
    } catch (IOException e) {
      return unlimited();
    }
  }

  /** Whether a connection that was accepted may stay; it is counted until it closes. */
  public boolean takeClient(Channel channel) {
    return take(clients, channel, highest - Math.max(FOR_ENDPOINTS, share / 6));
  }

  /** Whether a connection to an endpoint may be opened; it is counted until it closes. */
  public boolean takeEndpoint(Channel channel) {
    return take(endpoints, channel, highest);
  }

  /** Whether so many are connected to endpoints that none should be kept open for later. */
  public boolean areEndpointsMany() {
    return endpoints.get() > share / 4 * 3;
  }

  private boolean take(AtomicInteger taken, Channel channel, int last) {
    int number = channel instanceof UnixChannel unix ? unix.fd().intValue() : 0;
    if (number > last || taken.get() >= share) {
      return false;
    }
    taken.incrementAndGet();
    channel.closeFuture().addListener(closed -> taken.decrementAndGet());
    return true;
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
