package dev.weft.xds.match;

import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.VirtualHost;
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
  private final DomainTable<Host<T>> hosts;

  private RouteTable(DomainTable<Host<T>> hosts) {
    this.hosts = hosts;
  }

  /** Compiles what a route does; called once for each route, in order. */
  @FunctionalInterface
  public interface RouteFactory<T> {
    T create(VirtualHost host, Route route);
  }

  /**
   * Compiles a route configuration.
   *
   * @throws IllegalArgumentException if a domain stands twice or a regular expression is not RE2; a
   *     decoded resource has neither
   */
  public static <T> RouteTable<T> compile(RouteConfig config, RouteFactory<T> factory) {
    List<Host<T>> hosts = new ArrayList<>();
    for (VirtualHost host : config.virtualHosts()) {
      List<Entry<T>> entries = new ArrayList<>();
      for (Route route : host.routes()) {
        entries.add(new Entry<>(RouteMatcher.compile(route.match()), factory.create(host, route)));
      }
      hosts.add(new Host<>(host.domains(), List.copyOf(entries)));
    }
    return new RouteTable<>(DomainTable.compile(hosts, Host::domains));
  }

  /**
   * The first route that matches, or null if no virtual host or none of its routes does.
   *
   * @param random any bits, drawn once for each request: they decide runtime fractions
   */
  public @Nullable T match(RequestView request, long random) {
    Host<T> host = hosts.find(request.authority());
    if (host == null) {
      return null;
    }
    boolean connect = AsciiText.equal(request.method(), "CONNECT", false);
    List<Entry<T>> routes = host.routes();
    for (int i = 0, size = routes.size(); i < size; i++) {
      Entry<T> entry = routes.get(i);
      if (entry.matcher().matches(request, connect, random)) {
        return entry.target();
      }
    }
    return null;
  }

  private record Host<T>(List<String> domains, List<Entry<T>> routes) {}

  private record Entry<T>(RouteMatcher matcher, T target) {}
}
