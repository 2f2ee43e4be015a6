package dev.weft.proxy.cluster;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.xds.model.Cluster;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster whose requests say themselves where they go. An endpoint is there from
 * the first that asks for it until nobody has for a while. Safe for use from any thread.
 */
public final class Destinations {
  /** So many there may be; whoever asks for another then finds none. */
  static final int MOST = 10_000;

  private final Cluster.OriginalDst config;
  private final @Nullable AsciiString header;
  private final Function<InetSocketAddress, ActiveEndpoint> make;
  private final ClusterStats stats;
  private final Counter invalid;
  private final Map<InetSocketAddress, Known> known = new ConcurrentHashMap<>();

  /** When it was cleaned last; of the cleaning thread. */
  private long cleanedNanos = System.nanoTime();

  /** Whether somebody has asked for an endpoint since the last cleaning. */
  private enum Use {
    LATELY,
    NOT_LATELY,
    FORGOTTEN
  }

  private static final class Known {
    final ActiveEndpoint endpoint;
    private final AtomicReference<Use> use = new AtomicReference<>(Use.LATELY);

    Known(ActiveEndpoint endpoint) {
      this.endpoint = endpoint;
    }

    /** Somebody asks for it. Returns whether it is still there: then it stays for this cleaning. */
    boolean ask() {
      return use.get() == Use.LATELY
          || use.compareAndSet(Use.NOT_LATELY, Use.LATELY)
          || use.get() == Use.LATELY;
    }

    /** It is being cleaned. Returns whether it is forgotten with that. */
    boolean clean() {
      return !use.compareAndSet(Use.LATELY, Use.NOT_LATELY)
          && use.compareAndSet(Use.NOT_LATELY, Use.FORGOTTEN);
    }
  }

  /**
   * @param make an endpoint at an address
   * @param invalid counts headers that say no address
   */
  Destinations(
      Cluster.OriginalDst config,
      Function<InetSocketAddress, ActiveEndpoint> make,
      ClusterStats stats,
      Counter invalid) {
    this.config = config;
    this.header = config.header() == null ? null : AsciiString.of(config.header());
    this.make = make;
    this.stats = stats;
    this.invalid = invalid;
  }

  /** Where a connection goes that carries no requests. */
  public @Nullable ActiveEndpoint of(ConnectionInfo connection) {
    return of(null, Map.of(), connection);
  }

  /**
   * Where a request goes: as metadata says, else its header, else where its connection led to
   * before it came here.
   *
   * @param headers null for a connection that carries no requests
   * @param noted of the request, by namespaces
   * @return null if nothing says it, or the connection led to this very socket
   */
  public @Nullable ActiveEndpoint of(
      @Nullable Http2Headers headers, Map<String, ?> noted, ConnectionInfo connection) {
    InetSocketAddress address = config.metadata().isEmpty() ? null : noted(noted, connection);
    if (address == null && header != null && headers != null) {
      address = said(headers.get(header));
    }
    if (address != null) {
      return at(withPort(address));
    }
    if (!connection.restored()) {
      return null;
    }
    InetSocketAddress to = withPort(connection.local());
    // A connection that nobody redirected would come back here, again and again.
    return to.equals(connection.directLocal()) ? null : at(to);
  }

  private @Nullable InetSocketAddress noted(Map<String, ?> request, ConnectionInfo connection) {
    String text = text(request);
    return said(text == null ? text(connection.notes()) : text);
  }

  /** What stands there, of a list the first; null if that is no text. */
  private @Nullable String text(@Nullable Object namespaces) {
    Object found = namespaces;
    for (int i = 0; i < config.metadata().size() && found != null; i++) {
      found = found instanceof Map<?, ?> map ? map.get(config.metadata().get(i)) : null;
    }
    if (found instanceof List<?> list) {
      found = list.isEmpty() ? null : list.getFirst();
    }
    return found instanceof String text ? text : null;
  }

  /** An address that somebody said; null if nobody did, or it is none. */
  private @Nullable InetSocketAddress said(@Nullable CharSequence text) {
    InetSocketAddress address = text == null ? null : parse(text.toString());
    if (text != null && address == null) {
      invalid.increment();
    }
    return address;
  }

  private InetSocketAddress withPort(InetSocketAddress address) {
    return config.port() == 0
        ? address
        : new InetSocketAddress(address.getAddress(), config.port());
  }

  private @Nullable ActiveEndpoint at(InetSocketAddress address) {
    Known found = known.get(address);
    if (found == null || !found.ask()) {
      if (known.size() >= MOST) {
        return null;
      }
      found =
          known.compute(
              address,
              (key, there) -> there != null && there.ask() ? there : new Known(make.apply(key)));
      report();
    }
    return found.endpoint;
  }

  /** An address in numbers with its port; null for anything else. */
  static @Nullable InetSocketAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return null;
    }
    String host = text.substring(0, colon);
    boolean six = host.startsWith("[") && host.endsWith("]");
    if (six ? !NetUtil.isValidIpV6Address(host) : !NetUtil.isValidIpV4Address(host)) {
      return null;
    }
    InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
    int port = port(text, colon + 1);
    return address == null || port < 0 ? null : new InetSocketAddress(address, port);
  }

  private static int port(String text, int from) {
    int port = text.length() == from ? -1 : 0;
    for (int i = from; i < text.length() && port >= 0; i++) {
      int digit = text.charAt(i) - '0';
      port = digit < 0 || digit > 9 || port > 6553 ? -1 : port * 10 + digit;
    }
    return port > 0xffff ? -1 : port;
  }

  /** Everything that its endpoints are connected by. */
  Stream<UpstreamTarget> targets() {
    return known.values().stream().flatMap(each -> each.endpoint.targets());
  }

  long cleanupNanos() {
    return config.cleanup().toNanos();
  }

  /**
   * Forgets those that nobody has asked for since the last time, where it is time for that.
   *
   * @return what they were connected by
   */
  Set<UpstreamTarget> clean(long nowNanos) {
    // A tick may come a moment early.
    if (nowNanos - cleanedNanos < cleanupNanos() / 10 * 9) {
      return Set.of();
    }
    cleanedNanos = nowNanos;
    Set<UpstreamTarget> gone = new HashSet<>();
    known.forEach(
        (address, each) -> {
          if (each.clean()) {
            known.remove(address, each);
            each.endpoint.targets().forEach(gone::add);
          }
        });
    if (!gone.isEmpty()) {
      report();
    }
    return gone;
  }

  void report() {
    int number = known.size();
    stats.membership(number, number, 0, 0, 0);
  }
}
