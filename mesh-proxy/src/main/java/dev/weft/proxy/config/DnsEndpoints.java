package dev.weft.proxy.config;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Endpoint;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.model.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
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

  /** Looks up a name, and for how long that is good. */
  @FunctionalInterface
  public interface TimedLookup {
    /**
     * @param servers who is asked; empty for those that the system asks
     */
    TimedAnswer ask(String host, List<SocketAddress> servers) throws UnknownHostException;
  }

  /**
   * Addresses of a name.
   *
   * @param seconds for which they are good; 0 where nobody says so
   */
  public record TimedAnswer(List<InetAddress> addresses, long seconds) {}

  /** A cluster since it was given; its successor is another object. */
  private static final class Followed {
    final Cluster.ByName dns;
    final Map<String, List<String>> addresses = new ConcurrentHashMap<>();

    /** Looks-up in a row of which something failed; of whoever resolves it. */
    int failures;

    /** For how long what was found last is good, at least; 0 where nothing says so. */
    long seconds;

    /** Names that are followed on for addresses of the same kind keep those. */
    Followed(Cluster.ByName dns, @Nullable Followed before) {
      this.dns = dns;
      if (before != null
          && before.dns.getClass() == dns.getClass()
          && before.dns.resolution().family() == dns.resolution().family()
          && before.dns.resolution().servers().equals(dns.resolution().servers())) {
        addresses.putAll(before.addresses);
      }
    }
  }

  private final ScheduledExecutorService timer;

  /** A name that is answered late, or never, must not hold up others, or the timer. */
  private final ExecutorService lookups;

  private final Lookup lookup;
  private final TimedLookup timed;
  private final Runnable onChange;
  private final Map<String, Followed> followed = new ConcurrentHashMap<>();
  private final Map<String, EndpointSet> resolved = new ConcurrentHashMap<>();

  /**
   * @param timer says when; once it is shut down nothing is looked up any more
   * @param timed for clusters that go by how long answers are good, or say whom to ask
   * @param onChange called on a thread that may block when {@link #resolved} has changed
   */
  public DnsEndpoints(
      ScheduledExecutorService timer, Lookup lookup, TimedLookup timed, Runnable onChange) {
    this.timer = timer;
    this.lookup = lookup;
    this.timed = timed;
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
    Map<String, Cluster.ByName> wanted = new HashMap<>();
    for (Cluster cluster : clusters) {
      if (cluster.discovery() instanceof Cluster.ByName dns) {
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
    boolean failed = false;
    what.seconds = 0;
    List<LocalityEndpoints> localities = new ArrayList<>();
    for (LocalityEndpoints locality : what.dns.endpoints().localities()) {
      List<Endpoint> endpoints = new ArrayList<>();
      for (Endpoint endpoint : locality.endpoints()) {
        String host = endpoint.address().host();
        List<String> found = look(cluster, host, what);
        failed |= found == null;
        List<String> addresses = found == null ? last(host, what) : found;
        switch (what.dns) {
          case Cluster.StrictDns ignored ->
              addresses.forEach(address -> endpoints.add(at(endpoint, List.of(address))));
          case Cluster.LogicalDns ignored when addresses.isEmpty() -> {}
          case Cluster.LogicalDns ignored -> endpoints.add(at(endpoint, addresses));
        }
      }
      localities.add(locality.with(endpoints));
    }
    EndpointSet now = what.dns.endpoints().with(cluster, localities);
    boolean changed;
    synchronized (this) {
      if (!isFollowed(cluster, what) || timer.isShutdown()) {
        return;
      }
      changed = !now.equals(resolved.put(cluster, now));
    }
    what.failures = failed ? what.failures + 1 : 0;
    schedule(cluster, what, pause(what));
    if (changed) {
      onChange.run();
    }
  }

  private static Endpoint at(Endpoint named, List<String> addresses) {
    List<SocketAddress> all =
        addresses.stream()
            .map(address -> new SocketAddress(address, named.address().port()))
            .toList();
    return named.at(
        all.getFirst(),
        all.subList(1, all.size()),
        named.hostname().isEmpty() ? named.address().host() : named.hostname());
  }

  private boolean isFollowed(String cluster, Followed what) {
    return followed.get(cluster) == what;
  }

  private static long pause(Followed what) {
    DnsResolution resolution = what.dns.resolution();
    DnsResolution.Backoff backoff = resolution.failureRefresh();
    long millis;
    if (what.failures > 0 && backoff != null) {
      millis = DnsAnswers.pauseMillis(backoff, what.failures, ThreadLocalRandom.current());
    } else {
      millis =
          what.seconds > 0
              ? TimeUnit.SECONDS.toMillis(what.seconds)
              : resolution.refreshRate().toMillis();
    }
    return Math.max(SHORTEST_MILLIS, millis);
  }

  /** The addresses of a name that count; null if there are none. */
  private @Nullable List<String> look(String cluster, String host, Followed what) {
    List<String> found;
    try {
      found = DnsAnswers.addresses(host, ask(host, what), what.dns);
    } catch (UnknownHostException e) {
      found = List.of();
    }
    if (found.isEmpty()) {
      log.warn(
          "cluster {}: {} cannot be resolved; {}",
          cluster,
          host,
          what.addresses.containsKey(host)
              ? "its last addresses stay"
              : "it has no endpoints there");
      return null;
    }
    what.addresses.put(host, found);
    return found;
  }

  private List<InetAddress> ask(String host, Followed what) throws UnknownHostException {
    DnsResolution resolution = what.dns.resolution();
    if (!resolution.respectTtl() && resolution.servers().isEmpty()) {
      return List.of(lookup.all(host));
    }
    TimedAnswer answer = timed.ask(host, resolution.servers());
    if (resolution.respectTtl() && answer.seconds() > 0) {
      what.seconds =
          what.seconds == 0 ? answer.seconds() : Math.min(what.seconds, answer.seconds());
    }
    return answer.addresses();
  }

  private static List<String> last(String host, Followed what) {
    return what.addresses.getOrDefault(host, List.of());
  }
}
