package dev.weft.xds.match;

import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.RequireTls;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A compiled {@link RouteConfig}: the virtual host with the most specific domain, then its first
 * route that matches. Immutable, so any thread may ask; exact and prefix matches allocate nothing.
 *
 * @param <T> what a route is compiled to by whoever uses the table
 */
public final class RouteTable<T> {
  private static final String HTTPS = "https";
  private static final String TRUE = "true";

  private final DomainTable<Host<T>> hosts;
  private final List<String> internalOnlyHeaders;
  private final boolean ignorePort;
  private final boolean ignorePathParameters;

  private RouteTable(DomainTable<Host<T>> hosts, RouteConfig config) {
    this.hosts = hosts;
    this.internalOnlyHeaders = config.internalOnlyHeaders();
    this.ignorePort = config.ignorePort();
    this.ignorePathParameters = config.ignorePathParameters();
  }

  /** Compiles what a route does; called once for each route, in order. */
  @FunctionalInterface
  public interface RouteFactory<T> {
    T create(VirtualHost host, Route route);
  }

  /** Compiles where plaintext requests go to that have to come by TLS; once for each such host. */
  @FunctionalInterface
  public interface TlsRedirectFactory<T> {
    T create(VirtualHost host);
  }

  /**
   * Compiles a route configuration whose hosts take plaintext.
   *
   * @throws IllegalArgumentException as {@link #compile(RouteConfig, RouteFactory,
   *     TlsRedirectFactory)}, and if a host requires TLS
   */
  public static <T> RouteTable<T> compile(RouteConfig config, RouteFactory<T> factory) {
    return compile(
        config,
        factory,
        host -> {
          throw new IllegalArgumentException("the virtual host " + host.name() + " requires TLS");
        });
  }

  /**
   * Compiles a route configuration.
   *
   * @throws IllegalArgumentException if a domain stands twice or a regular expression is not RE2; a
   *     decoded resource has neither
   */
  public static <T> RouteTable<T> compile(
      RouteConfig config, RouteFactory<T> factory, TlsRedirectFactory<T> toTls) {
    List<Host<T>> hosts = new ArrayList<>();
    for (VirtualHost host : config.virtualHosts()) {
      List<T> targets = new ArrayList<>();
      for (Route route : host.routes()) {
        targets.add(factory.create(host, route));
      }
      List<RouteMatch> matches = host.routes().stream().map(Route::match).toList();
      hosts.add(
          new Host<>(
              host.domains(),
              RouteIndex.firstTakesAll(matches) ? targets.getFirst() : null,
              RouteIndex.compile(matches),
              List.copyOf(targets),
              host.requireTls(),
              host.requireTls() == RequireTls.NONE ? null : toTls.create(host)));
    }
    return new RouteTable<>(DomainTable.compile(hosts, Host::domains), config);
  }

  /** What requests lose that are not internal; lower case. */
  public List<String> internalOnlyHeaders() {
    return internalOnlyHeaders;
  }

  /**
   * The first route that matches, or null if no virtual host or none of its routes does.
   *
   * @param random any bits, drawn once for each request: they decide runtime fractions
   */
  public @Nullable T match(RequestView request, long random) {
    CharSequence authority = request.authority();
    Host<T> host = hosts.find(authority, ignorePort ? hostEnd(authority) : authority.length());
    if (host == null) {
      return null;
    }
    if (host.toTls() != null && isPlaintext(request, host.requireTls())) {
      return host.toTls();
    }
    CharSequence path = ignorePathParameters ? plain(request.path()) : request.path();
    boolean connect = AsciiText.equal(request.method(), "CONNECT", false);
    if (host.all() != null && !connect && !path.isEmpty() && path.charAt(0) == '/') {
      return host.all();
    }
    int found = host.routes().find(request, path, connect, random);
    return found == RouteIndex.NONE ? null : host.targets().get(found);
  }

  /** Where the port begins, or the end; a colon within brackets is an IPv6 address's. */
  private static int hostEnd(CharSequence authority) {
    for (int i = authority.length() - 1; i >= 0; i--) {
      char c = authority.charAt(i);
      if (c == ':') {
        return i;
      }
      if (c == ']') {
        break;
      }
    }
    return authority.length();
  }

  /** A path without the parameters of its segments (RFC 3986, section 3.3). */
  private static CharSequence plain(CharSequence path) {
    int semicolon = AsciiText.indexOf(path, ';', 0, path.length());
    if (semicolon < 0) {
      return path;
    }
    StringBuilder plain = new StringBuilder(path.length()).append(path, 0, semicolon);
    boolean parameter = false;
    for (int i = semicolon; i < path.length(); i++) {
      char c = path.charAt(i);
      parameter = c == ';' || parameter && c != '/';
      if (!parameter) {
        plain.append(c);
      }
    }
    return plain;
  }

  /** By what the connection manager says of the client, which may have come by another proxy. */
  private static boolean isPlaintext(RequestView request, RequireTls who) {
    return !request.anyHeader("x-forwarded-proto", HTTPS::contentEquals)
        && (who == RequireTls.ALL || !request.anyHeader("x-envoy-internal", TRUE::contentEquals));
  }

  /**
   * @param all where every request goes that has a path; null if that is not the same for all
   */
  private record Host<T>(
      List<String> domains,
      @Nullable T all,
      RouteIndex routes,
      List<T> targets,
      RequireTls requireTls,
      @Nullable T toTls) {}
}
