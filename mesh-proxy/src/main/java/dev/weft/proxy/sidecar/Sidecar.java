package dev.weft.proxy.sidecar;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.weft.proxy.config.Assembly;
import dev.weft.proxy.config.ConfigCache;
import dev.weft.proxy.config.ConfigFollower;
import dev.weft.proxy.config.ConfigTarget;
import dev.weft.proxy.config.DnsEndpoints;
import dev.weft.proxy.config.Resources;
import dev.weft.proxy.disk.DataFolder;
import dev.weft.proxy.identity.CertificateClient;
import dev.weft.proxy.identity.ControlPlaneTls;
import dev.weft.proxy.identity.EnrolmentSettings;
import dev.weft.proxy.identity.GrpcCertificateIssuer;
import dev.weft.proxy.identity.IdentityFile;
import dev.weft.proxy.identity.WorkloadIdentity;
import dev.weft.proxy.telemetry.ClusterLoad;
import dev.weft.proxy.tls.Secrets;
import dev.weft.xds.client.AdsClient;
import dev.weft.xds.client.AdsClientOptions;
import dev.weft.xds.client.ResourceStore;
import dev.weft.xds.client.StoreChange;
import dev.weft.xds.client.StoredResource;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.codec.Problem;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.Secret;
import dev.weft.xds.protocol.ClientNode;
import dev.weft.xds.protocol.ResourceDecoder;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.VersionedResource;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sidecar's side of the mesh: identity first, then the configuration kept on disk, then the
 * control plane's by ADS.
 */
public final class Sidecar {
  private static final Logger log = LoggerFactory.getLogger(Sidecar.class);
  private static final long SAVE_AFTER_MILLIS = 200;
  private static final List<XdsType> KEPT =
      List.of(XdsType.CLUSTER, XdsType.ENDPOINT, XdsType.LISTENER, XdsType.ROUTE);

  private final Secrets secrets;
  private final ScheduledExecutorService timer;
  private final ConfigCache cache;
  private final CertificateClient certificates;
  private final ResourceStore store = new ResourceStore(InstantSource.system());
  private final ResourceDecoder decoder = decoder(new Codecs());
  private final ClientNode node;
  private final AdsClient ads;
  private final LoadReporter reporter;
  private final DnsEndpoints dns;
  private final ConfigFollower follower;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final AtomicBoolean savePlanned = new AtomicBoolean();

  /**
   * @param timer its threads may block
   * @param target takes complete configurations
   * @param loads what went to each cluster so far, for the control plane's view of traffic
   */
  public Sidecar(
      Vertx vertx,
      SidecarOptions options,
      DataFolder folder,
      SidecarPorts ports,
      String version,
      Secrets secrets,
      ScheduledExecutorService timer,
      ConfigTarget target,
      Supplier<Map<String, ClusterLoad>> loads)
      throws IOException {
    this.secrets = secrets;
    this.timer = timer;
    this.cache = new ConfigCache(folder.file("config.cache"));
    this.node = SidecarNode.of(options, folder.instance(), ports, version);
    EnrolmentSettings enrolment =
        new EnrolmentSettings(
            options.controlPlanes(), options.tokenFile(), options.namespace(), options.service());
    this.certificates =
        new CertificateClient(
            enrolment,
            new GrpcCertificateIssuer(vertx, enrolment),
            new IdentityFile(folder.file("identity.json")),
            InstantSource.system(),
            this::onIdentity);
    List<SocketAddress> servers =
        options.controlPlanes().stream()
            .map(server -> SocketAddress.inetSocketAddress(server.port(), server.host()))
            .toList();
    this.ads =
        new AdsClient(vertx, AdsClientOptions.of(servers, node, this::transport), decoder, store);
    this.reporter = new LoadReporter(vertx, servers, node.toMessage(), this::transport, loads);
    this.follower = new ConfigFollower(this::resources, target, this::subscribe);
    this.dns = new DnsEndpoints(timer, InetAddress::getAllByName, follower::refresh);
    store.listen(this::onChange);
  }

  /** Begins: enrols, then follows the control plane. */
  public void start() {
    certificates.start();
  }

  /** Who this is for the control plane. */
  public ClientNode node() {
    return node;
  }

  /** The workload's identity. */
  public CertificateClient certificates() {
    return certificates;
  }

  /** What the control plane sent. */
  public ResourceStore store() {
    return store;
  }

  /** The stream to the control plane. */
  public AdsClient ads() {
    return ads;
  }

  /** What is in force, and what is waited for. */
  public ConfigFollower follower() {
    return follower;
  }

  /** Says goodbye to the control plane, so that no new requests come. */
  public Future<Void> goodbye() {
    certificates.close();
    reporter.close();
    return ads.close();
  }

  private void onIdentity(WorkloadIdentity identity) {
    secrets.provide("default", identity.key(), identity.trust());
    if (begun.compareAndSet(false, true)) {
      restore();
      dns.follow(store.models(XdsType.CLUSTER, Cluster.class).values());
      ads.subscribeAll(XdsType.CLUSTER);
      ads.subscribeAll(XdsType.LISTENER);
      follower.refresh();
      ads.start();
      reporter.start();
    }
  }

  private HttpClientOptions transport() {
    WorkloadIdentity identity = certificates.current();
    if (identity == null) {
      throw new IllegalStateException("there is no identity yet"); // the client starts after it
    }
    return ControlPlaneTls.mutual(identity);
  }

  private void restore() {
    List<VersionedResource<byte[]>> kept = cache.load();
    for (VersionedResource<byte[]> resource : kept) {
      ResourceKey key = resource.key();
      Any body =
          Any.newBuilder()
              .setTypeUrl(key.type().typeUrl())
              .setValue(ByteString.copyFrom(resource.body()))
              .build();
      switch (decoder.decode(key.type(), key.name(), body)) {
        case ResourceDecoder.Result.Valid(Object model) ->
            store.restore(
                key.type(),
                key.name(),
                resource.version(),
                model,
                ByteBuffer.wrap(resource.body()));
        case ResourceDecoder.Result.Invalid(List<String> problems) ->
            log.warn("{}, kept on disk, is not used: {}", key, String.join("; ", problems));
      }
    }
    if (!kept.isEmpty()) {
      log.info("{} resources read from disk", kept.size());
    }
  }

  private void onChange(StoreChange change) {
    if (!change.changesValues()) {
      return;
    }
    if (change.type() == XdsType.SECRET) {
      secrets.sds(store.models(XdsType.SECRET, Secret.class).values());
      return;
    }
    if (change.type() == XdsType.CLUSTER) {
      dns.follow(store.models(XdsType.CLUSTER, Cluster.class).values());
    }
    follower.refresh();
    planSave();
  }

  private Resources resources() {
    Set<ResourceKey> givenUp = new HashSet<>();
    for (XdsType type : List.of(XdsType.ENDPOINT, XdsType.ROUTE)) {
      store.absent(type).forEach(name -> givenUp.add(new ResourceKey(type, name)));
    }
    return new Resources(
        store.models(XdsType.LISTENER, Listener.class),
        store.models(XdsType.ROUTE, RouteConfig.class),
        store.models(XdsType.CLUSTER, Cluster.class),
        store.models(XdsType.ENDPOINT, EndpointSet.class),
        dns.resolved(),
        givenUp);
  }

  private void subscribe(Assembly assembly) {
    assembly.subscriptions().forEach(ads::subscribe);
  }

  /** Changes that follow each other quickly are written once. */
  private void planSave() {
    if (savePlanned.compareAndSet(false, true)) {
      try {
        timer.schedule(this::save, SAVE_AFTER_MILLIS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("closing; the configuration on disk stays as it is");
      }
    }
  }

  private void save() {
    savePlanned.set(false);
    List<VersionedResource<byte[]>> resources = new ArrayList<>();
    for (XdsType type : KEPT) {
      for (StoredResource resource : store.all(type).values()) {
        ByteBuffer bytes = resource.bytes();
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        resources.add(new VersionedResource<>(resource.key(), resource.version(), body));
      }
    }
    try {
      cache.save(resources);
    } catch (IOException e) {
      log.warn(
          "the configuration could not be kept on disk ({}); a restart needs the control plane",
          e.toString());
    }
  }

  private static ResourceDecoder decoder(Codecs codecs) {
    return (type, name, body) ->
        switch (codecs.decode(type, body)) {
          case Decoded.Valid<?> valid -> {
            valid.warnings().forEach(warning -> log.warn("{} {}: {}", type, name, warning));
            yield new ResourceDecoder.Result.Valid(valid.value());
          }
          case Decoded.Invalid<?> invalid ->
              new ResourceDecoder.Result.Invalid(
                  invalid.problems().stream().map(Problem::toString).toList());
        };
  }
}
