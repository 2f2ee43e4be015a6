package dev.weft.control.xds;

import dev.weft.control.admin.Propagation;
import dev.weft.control.admin.ProxyView;
import dev.weft.control.admin.TrafficView;
import dev.weft.control.cluster.ChangeNotices;
import dev.weft.control.cluster.Notice;
import dev.weft.control.compile.ClientKind;
import dev.weft.control.compile.MeshCompiler;
import dev.weft.control.compile.MeshSnapshot;
import dev.weft.control.compile.SidecarNode;
import dev.weft.control.discovery.WorkloadRegistry;
import dev.weft.control.store.ConfigStore;
import dev.weft.control.store.Database;
import dev.weft.control.store.InstanceRepository;
import dev.weft.control.store.NodeRepository;
import dev.weft.xds.client.AdsMethods;
import dev.weft.xds.codec.Codecs;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The xDS port of a control-plane node: ADS in both variants, LRS, and whatever else is mounted on
 * {@link #grpc}. It is also what keeps the mesh compiled and the table of instances true.
 *
 * <p>Life of a change: configuration or instances → {@link MeshPublisher} → {@link MeshCompiler} →
 * {@link AdsStream} → protocol state → client; its answer → {@link ProxyRegistry} → {@link
 * RevisionPropagation}.
 */
public final class AdsServer {
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  private final Vertx vertx;
  private final AdsServerOptions options;
  private final ChangeNotices notices;
  private final ConfigStore config;
  private final GrpcServer grpc;
  private final XdsListener listener;
  private final WorkloadRegistry workloads;
  private final ProxyRegistry proxies;
  private final MeshPublisher publisher;
  private final InstanceKeeper keeper;
  private final StatusReporter reporter;
  private final StatusTable statuses;
  private final TrafficRates traffic;
  private final ProxyView proxyView;
  private final Propagation propagation;
  private ConfigStore.@Nullable Watch watch;
  private ChangeNotices.@Nullable Subscription subscription;
  private long timer = -1;
  private final BackgroundWork background = new BackgroundWork();
  private volatile boolean ticking;

  /**
   * Wires a server; nothing happens before {@link #listen}.
   *
   * @param tls TLS with the control plane's certificate, trust in the mesh's roots, ALPN {@code h2}
   *     and {@code ClientAuth.REQUEST}: enrolment comes without a certificate, streams are refused
   *     without one here
   * @param notices hints between nodes; they may be lost
   */
  public AdsServer(
      Vertx vertx,
      AdsServerOptions options,
      HttpServerOptions tls,
      ConfigStore config,
      Database database,
      InstanceRepository instances,
      NodeRepository nodes,
      ChangeNotices notices,
      InstantSource clock) {
    this.vertx = vertx;
    this.options = options;
    this.notices = notices;
    this.config = config;
    this.grpc =
        GrpcServer.server(
            vertx,
            new GrpcServerOptions()
                .setMaxMessageSize(AdsMethods.MAX_REQUEST_BYTES)
                .setScheduleDeadlineAutomatically(false));
    this.listener =
        new XdsListener(
            vertx,
            new HttpServerOptions(tls).setHost(options.host()).setPort(options.port()),
            grpc,
            options.keepAlive());
    this.workloads = new WorkloadRegistry(vertx);
    this.proxies = new ProxyRegistry(clock);
    this.publisher =
        new MeshPublisher(
            vertx,
            new MeshCompiler(new Codecs(), options.trustDomain()),
            config::current,
            workloads,
            proxies,
            options.trustDomain(),
            options.pushWindow());
    this.keeper =
        new InstanceKeeper(
            options,
            instances,
            nodes,
            proxies,
            workloads,
            clock,
            () -> notices.publish(new Notice.InstancesChanged()));
    this.statuses = new StatusTable(database, options.nodeName());
    this.reporter = new StatusReporter(vertx, proxies, statuses);
    this.traffic = new TrafficRates(new TrafficTable(database, options.nodeName()), clock);
    this.proxyView = new MeshProxies(options.nodeName(), proxies, instances, statuses);
    this.propagation =
        new RevisionPropagation(vertx, options.nodeName(), proxies, publisher, instances, statuses);
    proxies.observe(keeper);
    proxies.observe(reporter);
    StreamHost host = new Host();
    mount(AdsVariant.stateOfTheWorld(), host);
    mount(AdsVariant.delta(), host);
    grpc.callHandler(LoadStream.METHOD, call -> new LoadStream(call, host, traffic).start());
  }

  private <Q, P> void mount(AdsVariant<Q, P> variant, StreamHost host) {
    grpc.callHandler(variant.method(), call -> new AdsStream<>(call, variant, host, vertx).start());
  }

  /** Where further services of the same port are mounted; before {@link #listen}. */
  public GrpcServer grpc() {
    return grpc;
  }

  /** Gives connections from now on this certificate and these roots. */
  public Future<Boolean> updateTls(ServerSSLOptions tls) {
    return listener.updateTls(tls);
  }

  /**
   * Reads the instances, compiles, and only then listens, so that no sidecar is told of an empty
   * mesh.
   *
   * @return the port
   */
  public Future<Integer> listen() {
    return Future.fromCompletionStage(keeper.refresh())
        .compose(rows -> publisher.first())
        .compose(
            v -> {
              follow();
              return listener.listen();
            })
        .onSuccess(port -> timer = vertx.setPeriodic(options.poll().toMillis(), id -> tick()));
  }

  private void follow() {
    watch = config.watch(snapshot -> publisher.changed());
    workloads.onChange(publisher::changed);
    subscription = notices.subscribe(this::onNotice);
    // What changed while nobody listened yet.
    publisher.changed();
  }

  /** The sidecars of the mesh. */
  public ProxyView proxies() {
    return proxyView;
  }

  /** How far revisions have come. */
  public Propagation propagation() {
    return propagation;
  }

  /** Request rates. */
  public TrafficView traffic() {
    return traffic;
  }

  /** Where importers of vertx-service-discovery (Consul, Kubernetes, …) publish workloads. */
  public WorkloadRegistry workloads() {
    return workloads;
  }

  /** Ends every stream so that the sidecars go to other nodes, and stops listening. */
  public Future<Void> close() {
    if (timer >= 0) {
      vertx.cancelTimer(timer);
    }
    if (watch != null) {
      watch.close();
    }
    if (subscription != null) {
      subscription.close();
    }
    proxies.stop();
    // Streams were told to end; who does not hang up by then is hung up on. Only then is it known
    // what is left to be written, and after that nothing may come back to what ends next.
    return listener
        .shutDown(LAST_WORDS)
        .eventually(() -> Future.fromCompletionStage(background.finish()))
        .eventually(publisher::close)
        .eventually(() -> Future.fromCompletionStage(keeper.finish()))
        .eventually(reporter::close)
        .onComplete(v -> workloads.close());
  }

  private void onNotice(Notice notice) {
    switch (notice) {
      case Notice.InstancesChanged() -> background.start("reading the instances", keeper::refresh);
      case Notice.ConfigChanged(long revision) -> {
        if (revision > config.current().revision()) {
          background.start("reading the configuration", config::refresh);
        }
      }
    }
  }

  private void tick() {
    if (ticking) {
      return;
    }
    background.start(
        "looking after the instances",
        () -> {
          ticking = true;
          return keeper
              .tick()
              .thenCompose(v -> config.refresh())
              .thenCompose(v -> statuses.prune())
              .thenCompose(v -> traffic.share())
              .whenComplete((v, e) -> ticking = false);
        });
  }

  private final class Host implements StreamHost {
    @Override
    public Admission admit(Node node, @Nullable SSLSession session) {
      return Admission.of(node, session, options.trustDomain());
    }

    @Override
    public ProxyRegistry registry() {
      return proxies;
    }

    @Override
    public @Nullable MeshSnapshot mesh() {
      return publisher.current();
    }

    @Override
    public Future<MeshSnapshot.ForClient> forSidecar(MeshSnapshot mesh, SidecarNode node) {
      Future<MeshSnapshot.ForClient> made =
          vertx.executeBlocking(() -> mesh.forClient(new ClientKind.Sidecar(node)));
      background.start("the configuration of " + node.id(), made::toCompletionStage);
      return made;
    }
  }
}
