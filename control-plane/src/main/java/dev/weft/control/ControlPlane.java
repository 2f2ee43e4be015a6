package dev.weft.control;

import dev.weft.control.admin.AdminOptions;
import dev.weft.control.admin.AdminServer;
import dev.weft.control.admin.AdminViews;
import dev.weft.control.cluster.ChangeNotices;
import dev.weft.control.cluster.ClusterNode;
import dev.weft.control.cluster.NodeDirectory;
import dev.weft.control.identity.CertificateAuthority;
import dev.weft.control.identity.CertificateService;
import dev.weft.control.identity.Identity;
import dev.weft.control.resource.ResourceReader;
import dev.weft.control.resource.Schemas;
import dev.weft.control.store.ConfigStore;
import dev.weft.control.store.Database;
import dev.weft.control.store.NodeRepository;
import dev.weft.control.store.SqlAuditLog;
import dev.weft.control.store.SqlConfigStore;
import dev.weft.control.store.SqlInstanceRepository;
import dev.weft.control.store.SqlNodeRepository;
import dev.weft.control.xds.AdsServer;
import dev.weft.control.xds.AdsServerOptions;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node of the control plane.
 *
 * <p>{@link #start} reads as the path of a change: the database and the configuration in it, the
 * notices that spread a change, the xDS port that compiles and pushes it; REST, where changes come
 * from, opens last, when all of it works.
 */
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final Duration POLL = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Deque<Part> parts = new ArrayDeque<>();
  private final Map<String, HostPort> addresses = new LinkedHashMap<>();

  private record Part(String name, AutoCloseable stop) {}

  private ControlPlane() {}

  /**
   * Starts a node and returns when it serves. Blocks.
   *
   * @throws IOException when the data folder or a port cannot be used
   * @throws ExecutionException when a listener could not be opened
   * @throws dev.weft.control.store.DatabaseException when the database cannot be used
   * @throws dev.weft.control.identity.AuthorityException when the certificate authority cannot
   */
  public static ControlPlane start(ControlPlaneOptions options)
      throws IOException, ExecutionException, InterruptedException {
    ControlPlane node = new ControlPlane();
    boolean started = false;
    try {
      node.startParts(options);
      started = true;
      return node;
    } finally {
      if (!started) {
        node.close();
      }
    }
  }

  private void startParts(ControlPlaneOptions options)
      throws IOException, ExecutionException, InterruptedException {
    Clock clock = Clock.systemUTC();
    NodeFolder folder = part("data folder", NodeFolder.claim(options.data(), options.nodeName()));
    // Above all that calls the database, whose answers come back to them to the very last.
    PrometheusMeterRegistry metrics = NodeMetrics.registry();
    Vertx vertx = NodeMetrics.vertx(metrics);
    part("event loops", () -> await(vertx.close()));
    Database database = part("database", openDatabase(options));
    SqlAuditLog audit = new SqlAuditLog(database, clock);
    Schemas schemas = new Schemas();
    ResourceReader reader = new ResourceReader(schemas);
    ConfigStore config = part("configuration", SqlConfigStore.open(database, reader, POLL, clock));
    Identity identity =
        part(
            "identity",
            Identity.open(options.authority(), database, audit, names(options.xds()), clock));
    CertificateAuthority authority = identity.authority();

    // Joining takes seconds and nothing waits for it: until then others find out by polling.
    ClusterNode cluster =
        part("cluster", ClusterNode.start(options.clusterSettings(authority.clusterSecret())));
    part("revision notices", RevisionNotices.between(config, cluster));

    NodeRepository nodes = new SqlNodeRepository(database);
    AdsServer ads = adsServer(options, vertx, config, database, nodes, cluster, identity, clock);
    part("xDS", () -> await(ads.close()));
    open("xds", options.xds(), ads.listen());
    identity.serverCertificate().keepCurrent(vertx, ads::updateTls);

    NodeDirectory directory =
        part(
            "heartbeat", new NodeDirectory(nodes, cluster::memberNames, options.nodeName(), clock));
    AdminViews views =
        new AdminViews(
            config,
            audit,
            ads.proxies(),
            ads.propagation(),
            ads.traffic(),
            directory,
            identity.admin(),
            () -> database.ping().thenApply(ControlPlane::notReady));
    AdminServer admin =
        new AdminServer(
            vertx,
            new AdminOptions(options.http().host(), options.http().port(), options.data()),
            views,
            schemas,
            reader,
            metrics);
    part("REST", () -> await(admin.close()));
    open("http", options.http(), admin.start());

    await(directory.start(address("http").toString(), address("xds").toString()));
    folder.writePorts(Map.of("http", address("http").port(), "xds", address("xds").port()));
    cluster.joined().thenAccept(port -> notePort(folder, "cluster", port));
    LOG.atInfo()
        .addKeyValue("node", options.nodeName())
        .addKeyValue("addresses", addresses)
        .addKeyValue("revision", config.current().revision())
        .log("control plane is ready");
  }

  private static AdsServer adsServer(
      ControlPlaneOptions options,
      Vertx vertx,
      ConfigStore config,
      Database database,
      NodeRepository nodes,
      ChangeNotices notices,
      Identity identity,
      Clock clock) {
    HttpServerOptions tls = identity.serverCertificate().applyTo(new HttpServerOptions());
    AdsServer ads =
        new AdsServer(
            vertx,
            AdsServerOptions.of(
                options.nodeName(),
                options.xds().host(),
                options.xds().port(),
                options.authority().trustDomain()),
            tls,
            config,
            database,
            new SqlInstanceRepository(database),
            nodes,
            notices,
            clock);
    CertificateService certificates = identity.certificates();
    ads.grpc().callHandler(certificates.method(), certificates::handle);
    return ads;
  }

  /** What is served where: {@code http}, {@code xds}; as given, with the ports that were picked. */
  public Map<String, HostPort> addresses() {
    return Collections.unmodifiableMap(addresses);
  }

  /**
   * Stops what was started, the last first: sidecars are sent to other nodes, then the rest ends.
   */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      Part part = parts.pop();
      try {
        part.stop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("{} did not stop cleanly", part.name(), e);
      }
    }
  }

  private <T extends AutoCloseable> T part(String name, T part) {
    parts.push(new Part(name, part));
    return part;
  }

  private static Database openDatabase(ControlPlaneOptions options) {
    String url = options.databaseUrl();
    return url == null ? Database.sqlite(options.data()) : Database.postgresql(url);
  }

  /** Names for the listener's certificate, besides its SPIFFE ID, which is what sidecars check. */
  private static List<String> names(HostPort xds) {
    List<String> names = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1"));
    if (!List.of("0.0.0.0", "::").contains(xds.host()) && !names.contains(xds.host())) {
      names.add(xds.host());
    }
    try {
      names.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      LOG.debug("this host has no name", e);
    }
    return names.stream().distinct().toList();
  }

  private void open(String name, HostPort address, Future<Integer> port)
      throws IOException, InterruptedException {
    try {
      addresses.put(name, address.withPort(await(port)));
    } catch (ExecutionException e) {
      throw new IOException(
          "cannot listen at --"
              + name
              + " "
              + address
              + ": "
              + (e.getCause() == null ? e : e.getCause()).getMessage()
              + "; choose another address, or port 0 for a free one",
          e);
    }
  }

  private HostPort address(String name) {
    return Objects.requireNonNull(addresses.get(name), name);
  }

  private static List<String> notReady(boolean databaseAnswers) {
    return databaseAnswers
        ? List.of()
        : List.of("the database does not answer; changes and enrolment fail until it does");
  }

  private static void notePort(NodeFolder folder, String what, int port) {
    try {
      folder.writePorts(Map.of(what, port));
    } catch (IOException e) {
      LOG.warn("the {} port {} is not in ports.json", what, port, e);
    }
  }

  private static <T> T await(Future<T> future) throws ExecutionException, InterruptedException {
    return await(future.toCompletionStage());
  }

  private static <T> T await(CompletionStage<T> stage)
      throws ExecutionException, InterruptedException {
    try {
      return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new ExecutionException(
          new IOException(
              "nothing happened for " + PATIENCE.toSeconds() + " s: is the host overloaded?", e));
    }
  }
}
