package dev.weft.proxy.discovery;

import dev.weft.proxy.config.Assembly;
import dev.weft.proxy.config.ConfigFollower;
import dev.weft.proxy.config.ConfigTarget;
import dev.weft.proxy.config.DnsEndpoints;
import dev.weft.proxy.config.Resources;
import dev.weft.proxy.tls.Secrets;
import dev.weft.xds.client.AdsClient;
import dev.weft.xds.client.ResourceStore;
import dev.weft.xds.client.StoreChange;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.Secret;
import dev.weft.xds.protocol.ResourceDecoder;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the configuration in force up to date: what a file fixes, what a control plane sends, and
 * the addresses that names stand for now.
 *
 * <p>Fixed listeners wait with the others for the control plane's first word, so that no request
 * meets half a configuration; but not for ever, where the control plane does not answer.
 */
public final class Discovery {
  private static final Logger log = LoggerFactory.getLogger(Discovery.class);

  /** Envoy's {@code initial_fetch_timeout}, for what is asked for by name. */
  private static final Duration FETCH = Duration.ofSeconds(15);

  private final Fixed fixed;
  private final @Nullable ControlPlane controlPlane;
  private final ScheduledExecutorService timer;
  private final Secrets secrets;
  private final ResourceStore store = new ResourceStore(InstantSource.system());
  private final @Nullable AdsClient ads;
  private final @Nullable KeptResources kept;
  private final @Nullable FileResources files;
  private @Nullable FileWatch watch;
  private final NameServers names = NameServers.ofSystem();
  private final DnsEndpoints dns;
  private final ConfigFollower follower;
  private final Set<XdsType> heard = ConcurrentHashMap.newKeySet();
  private final Set<XdsType> expired = ConcurrentHashMap.newKeySet();
  private volatile boolean restored;
  private volatile boolean begun;

  /** While files are read for the first time: what they say comes into force as a whole. */
  private volatile boolean reading;

  private volatile boolean late;

  /**
   * @param controlPlane null for files alone
   * @param plan which files give resources
   * @param reader reads them
   * @param timer its threads may block
   * @param target takes complete configurations
   */
  public Discovery(
      Vertx vertx,
      Fixed fixed,
      @Nullable ControlPlane controlPlane,
      FilePlan plan,
      ResourceFiles reader,
      Secrets secrets,
      ScheduledExecutorService timer,
      ConfigTarget target) {
    this.fixed = fixed;
    this.controlPlane = controlPlane;
    this.secrets = secrets;
    this.timer = timer;
    this.follower = new ConfigFollower(this::resources, target, this::subscribe);
    this.dns = new DnsEndpoints(timer, InetAddress::getAllByName, names::ask, follower::refresh);
    secrets.fixed(fixed.secrets());
    Set<String> fixedSecrets =
        fixed.secrets().stream().map(Secret::name).collect(Collectors.toUnmodifiableSet());
    this.files =
        plan.isEmpty()
            ? null
            : new FileResources(
                plan,
                reader,
                named -> SentResources.local(fixedSecrets, fixed.runtime(), named),
                store);
    store.listen(this::onChange);
    if (controlPlane == null) {
      this.ads = null;
      this.kept = null;
    } else {
      ResourceDecoder decoder = new SentResources(fixedSecrets, fixed.runtime());
      this.ads = new AdsClient(vertx, controlPlane.options(), decoder, store);
      this.kept =
          controlPlane.cache() == null
              ? null
              : new KeptResources(controlPlane.cache(), store, decoder, timer);
    }
  }

  /**
   * Begins: with what is fixed, what was kept and what files say, then by following the control
   * plane.
   */
  public void start() {
    restored = kept != null && kept.restore();
    if (files != null) {
      reading = true;
      watch = FileWatch.start(files);
      reading = false;
    }
    dns.follow(clusters().values());
    follower.refresh();
    begun = true;
    if (controlPlane != null && ads != null) {
      controlPlane.wholes().keySet().forEach(ads::subscribeAll);
      controlPlane.wholes().forEach(this::expire);
      timer.schedule(this::giveUp, FETCH.toMillis(), TimeUnit.MILLISECONDS);
      ads.start();
    }
  }

  /** What the control plane sent. */
  public ResourceStore store() {
    return store;
  }

  /** The stream to the control plane; null without one. */
  public @Nullable AdsClient ads() {
    return ads;
  }

  /** What is in force, and what is waited for. */
  public ConfigFollower follower() {
    return follower;
  }

  /** Whether all that is asked for has come and is in force. */
  public boolean complete() {
    Assembly assembly = follower.assembly();
    return begun && assembly.warming().isEmpty() && follower.failures().isEmpty();
  }

  /** Says goodbye to the control plane, if there is one. */
  public Future<Void> goodbye() {
    names.close();
    stopWatching();
    return ads == null ? Future.succeededFuture() : ads.close();
  }

  private void stopWatching() {
    FileWatch watching = watch;
    if (watching != null) {
      try {
        watching.close();
      } catch (IOException e) {
        log.debug("the watch of files did not end well", e);
      }
    }
  }

  private void expire(XdsType type, Duration within) {
    if (within.isPositive()) {
      timer.schedule(
          () -> {
            expired.add(type);
            if (!store.heard(type)) {
              log.warn(
                  "the control plane has said nothing of {} for {} ms; going on without",
                  type,
                  within.toMillis());
              follower.refresh();
            }
          },
          within.toMillis(),
          TimeUnit.MILLISECONDS);
    }
  }

  /** Where the control plane is out of reach at the very start, what it lacks is not waited for. */
  private void giveUp() {
    late = true;
    if (!complete()) {
      follower.refresh();
      timer.schedule(this::giveUp, FETCH.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private boolean outOfReach() {
    return late && ads != null && !ads.status().connected() && !follower.assembly().started();
  }

  private void onChange(StoreChange change) {
    boolean first = store.heard(change.type()) && heard.add(change.type());
    if (!first && !change.changesValues()) {
      return;
    }
    if (change.type() == XdsType.SECRET) {
      synchronized (secrets) { // files and the control plane change them on threads of their own
        secrets.sds(store.models(XdsType.SECRET, Secret.class).values());
      }
      return;
    }
    if (reading) {
      return;
    }
    if (change.type() == XdsType.CLUSTER) {
      dns.follow(clusters().values());
    }
    follower.refresh();
    if (kept != null) {
      kept.planSave();
    }
  }

  private Resources resources() {
    return new Resources(
        over(store.models(XdsType.LISTENER, Listener.class), fixed.listeners()),
        store.models(XdsType.ROUTE, RouteConfig.class),
        clusters(),
        store.models(XdsType.ENDPOINT, EndpointSet.class),
        dns.resolved(),
        givenUp(),
        pending());
  }

  private Map<String, Cluster> clusters() {
    return over(store.models(XdsType.CLUSTER, Cluster.class), fixed.clusters());
  }

  private static <T> Map<String, T> over(Map<String, T> sent, Map<String, T> fixed) {
    Map<String, T> all = new HashMap<>(sent);
    all.putAll(fixed);
    return all;
  }

  private Set<XdsType> pending() {
    Set<XdsType> pending = EnumSet.noneOf(XdsType.class);
    if (controlPlane != null && !restored) {
      for (XdsType type : controlPlane.wholes().keySet()) {
        if (!store.heard(type) && !expired.contains(type)) {
          pending.add(type);
        }
      }
    }
    return pending;
  }

  private Set<ResourceKey> givenUp() {
    Set<ResourceKey> givenUp = new HashSet<>();
    boolean outOfReach = outOfReach();
    for (XdsType type : List.of(XdsType.ENDPOINT, XdsType.ROUTE)) {
      store.absent(type).forEach(name -> givenUp.add(new ResourceKey(type, name)));
      if (outOfReach) {
        follower
            .assembly()
            .subscriptions()
            .getOrDefault(type, Collections.emptySortedSet())
            .forEach(name -> givenUp.add(new ResourceKey(type, name)));
      }
    }
    // names that are not resolved yet keep nothing waiting: requests to them are answered 503
    for (Cluster cluster : fixed.clusters().values()) {
      if (cluster.discovery() instanceof Cluster.ByName) {
        givenUp.add(new ResourceKey(XdsType.CLUSTER, cluster.name()));
      }
    }
    return givenUp;
  }

  private void subscribe(Assembly assembly) {
    if (ads != null) {
      assembly.subscriptions().forEach((type, names) -> ads.subscribe(type, sent(type, names)));
    }
  }

  /** Those that no file gives. */
  private SortedSet<String> sent(XdsType type, SortedSet<String> names) {
    if (files == null) {
      return names;
    }
    SortedSet<String> sent = new TreeSet<>(names);
    sent.removeIf(name -> files.gives(new ResourceKey(type, name)));
    return sent;
  }
}
