package dev.weft.proxy.config;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Endpoint;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.model.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves the names of clusters again and again. A failure keeps the last good addresses; before
 * any there is an empty set, so that nobody waits for a name that does not exist.
 */
public final class DnsEndpoints {
  private static final Logger log = LoggerFactory.getLogger(DnsEndpoints.class);
  private static final long SHORTEST_MILLIS = 100;
  private static final int LOOKUPS = 8;
  private static final int IDLE_SECONDS = 10;

  /** Looks up a name; a seam for tests. */
  @FunctionalInterface
  public interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  /** A cluster since it was given; its successor is another object. */
  private static final class Followed {
    final Cluster.StrictDns dns;
    final Map<String, List<String>> addresses = new ConcurrentHashMap<>();

    /** Names that are followed on keep their addresses. */
    Followed(Cluster.StrictDns dns, @Nullable Followed before) {
      this.dns = dns;
      if (before != null) {
        addresses.putAll(before.addresses);
      }
    }
  }

  private final ScheduledExecutorService timer;

  /** A name that is answered late, or never, must not hold up others, or the timer. */
  private final ExecutorService lookups;

  private final Lookup lookup;
  private final Runnable onChange;
  private final Map<String, Followed> followed = new ConcurrentHashMap<>();
  private final Map<String, EndpointSet> resolved = new ConcurrentHashMap<>();

  /**
   * @param timer says when; once it is shut down nothing is looked up any more
   * @param onChange called on a thread that may block when {@link #resolved} has changed
   */
  public DnsEndpoints(ScheduledExecutorService timer, Lookup lookup, Runnable onChange) {
    this.timer = timer;
    this.lookup = lookup;
    this.onChange = onChange;
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            LOOKUPS,
            LOOKUPS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name("weft-dns-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
    this.lookups = threads;
  }

  /** Follows the names of exactly these clusters from now on; those of other kinds are ignored. */
  public synchronized void follow(Iterable<Cluster> clusters) {
    Map<String, Cluster.StrictDns> wanted = new HashMap<>();
    for (Cluster cluster : clusters) {
      if (cluster.discovery() instanceof Cluster.StrictDns dns) {
        wanted.put(cluster.name(), dns);
      }
    }
    followed.keySet().retainAll(wanted.keySet());
    resolved.keySet().retainAll(wanted.keySet());
    wanted.forEach(
        (name, dns) -> {
          Followed before = followed.get(name);
          if (before == null || !before.dns.equals(dns)) {
            resolved.remove(name);
            Followed now = new Followed(dns, before);
            followed.put(name, now);
            schedule(name, now, 0);
          }
        });
  }

  /** The latest endpoints by cluster name. */
  public Map<String, EndpointSet> resolved() {
    return Map.copyOf(resolved);
  }

  private void schedule(String cluster, Followed what, long delayMillis) {
    try {
      timer.schedule(
          () -> lookups.execute(() -> resolve(cluster, what)), delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closing; {} is not resolved any more", cluster);
    }
  }

  private void resolve(String cluster, Followed what) {
    if (!isFollowed(cluster, what)) {
      return; // it has been replaced, and so has its schedule
    }
    List<LocalityEndpoints> localities = new ArrayList<>();
    for (LocalityEndpoints locality : what.dns.endpoints().localities()) {
      List<Endpoint> endpoints = new ArrayList<>();
      for (Endpoint endpoint : locality.endpoints()) {
        for (String address : addresses(cluster, endpoint.address().host(), what)) {
          endpoints.add(
              new Endpoint(
                  new SocketAddress(address, endpoint.address().port()),
                  endpoint.hostname().isEmpty() ? endpoint.address().host() : endpoint.hostname(),
                  endpoint.health(),
                  endpoint.weight(),
                  endpoint.metadata(),
                  endpoint.checking()));
        }
      }
      localities.add(
          new LocalityEndpoints(
              locality.locality(), locality.priority(), locality.weight(), endpoints));
    }
    EndpointSet now = what.dns.endpoints().with(cluster, localities);
    boolean changed;
    synchronized (this) {
      if (!isFollowed(cluster, what) || timer.isShutdown()) {
        return;
      }
      changed = !now.equals(resolved.put(cluster, now));
    }
    schedule(cluster, what, Math.max(SHORTEST_MILLIS, what.dns.refreshRate().toMillis()));
    if (changed) {
      onChange.run();
    }
  }

  private boolean isFollowed(String cluster, Followed what) {
    return followed.get(cluster) == what;
  }

  private InetAddress[] known(String host) throws UnknownHostException {
    InetAddress[] all = lookup.all(host);
    if (all.length == 0) {
      throw new UnknownHostException(host + " has no addresses");
    }
    return all;
  }

  private List<String> addresses(String cluster, String host, Followed what) {
    try {
      List<String> found =
          Arrays.stream(known(host))
              .map(InetAddress::getHostAddress)
              .distinct()
              .sorted(Comparator.naturalOrder())
              .toList();
      what.addresses.put(host, found);
      return found;
    } catch (UnknownHostException e) {
      List<String> last = what.addresses.getOrDefault(host, List.of());
      log.warn(
          "cluster {}: {} cannot be resolved; {}",
          cluster,
          host,
          last.isEmpty() ? "it has no endpoints there" : "its last addresses stay");
      return last;
    }
  }
}
