package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the names of a cluster are looked up, again and again.
 *
 * @param refreshRate after an answer; positive
 * @param respectTtl whether an answer that says how long it is good is asked for again after that
 * @param failureRefresh after a failure; null for the refresh rate
 * @param servers who is asked; empty for those that the system asks
 */
public record DnsResolution(
    Duration refreshRate,
    boolean respectTtl,
    @Nullable Backoff failureRefresh,
    Family family,
    List<SocketAddress> servers) {
  public DnsResolution {
    servers = List.copyOf(servers);
  }

  /** Asks those that the system asks. */
  public DnsResolution(
      Duration refreshRate, boolean respectTtl, @Nullable Backoff failureRefresh, Family family) {
    this(refreshRate, respectTtl, failureRefresh, family, List.of());
  }

  /** All addresses, so often. */
  public static DnsResolution every(Duration refreshRate) {
    return new DnsResolution(refreshRate, false, null, Family.ALL);
  }

  /**
   * Waits by chance, up to a bound that doubles with each failure in a row.
   *
   * @param base the first bound; positive
   * @param max the last one, at least the first
   */
  public record Backoff(Duration base, Duration max) {}

  /** Which addresses of a name count. */
  public enum Family {
    /** Those of IPv6, or without any those of IPv4. */
    AUTO,
    V4_ONLY,
    V6_ONLY,
    /** Those of IPv4, or without any those of IPv6. */
    V4_PREFERRED,
    ALL
  }
}
