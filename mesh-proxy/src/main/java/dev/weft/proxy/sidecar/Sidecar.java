package dev.weft.proxy.sidecar;

import dev.weft.proxy.config.ConfigCache;
import dev.weft.proxy.config.ConfigTarget;
import dev.weft.proxy.discovery.ControlPlane;
import dev.weft.proxy.discovery.Discovery;
import dev.weft.proxy.discovery.FilePlan;
import dev.weft.proxy.discovery.Fixed;
import dev.weft.proxy.discovery.ResourceFiles;
import dev.weft.proxy.disk.DataFolder;
import dev.weft.proxy.identity.CertificateClient;
import dev.weft.proxy.identity.ControlPlaneTls;
import dev.weft.proxy.identity.EnrolmentSettings;
import dev.weft.proxy.identity.GrpcCertificateIssuer;
import dev.weft.proxy.identity.IdentityFile;
import dev.weft.proxy.identity.WorkloadIdentity;
import dev.weft.proxy.telemetry.ClusterLoad;
import dev.weft.proxy.tls.Secrets;
import dev.weft.xds.client.AdsClientOptions;
import dev.weft.xds.protocol.ClientNode;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A sidecar's side of the mesh: identity first, then the configuration kept on disk, then the
 * control plane's by ADS.
 */
public final class Sidecar {
  /** It has nothing of its own, so it waits for all of them as long as it takes. */
  private static final Map<XdsType, Duration> WHOLES =
      Map.of(XdsType.CLUSTER, Duration.ZERO, XdsType.LISTENER, Duration.ZERO);

  private final Secrets secrets;
  private final CertificateClient certificates;
  private final ClientNode node;
  private final Discovery discovery;
  private final LoadReporter reporter;
  private final AtomicBoolean begun = new AtomicBoolean();

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
    ControlPlane controlPlane =
        new ControlPlane(
            AdsClientOptions.of(servers, node, this::transport),
            WHOLES,
            new ConfigCache(folder.file("config.cache")));
    this.discovery =
        new Discovery(
            vertx,
            Fixed.NONE,
            controlPlane,
            FilePlan.NONE,
            file -> new ResourceFiles.Content("", List.of()),
            secrets,
            timer,
            target);
    this.reporter = new LoadReporter(vertx, servers, node.toMessage(), this::transport, loads);
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

  /** Its configuration. */
  public Discovery discovery() {
    return discovery;
  }

  /** Whether it serves all that the control plane sent. */
  public boolean complete() {
    return discovery.complete() && discovery.follower().assembly().started();
  }

  /** Says goodbye to the control plane, so that no new requests come. */
  public Future<Void> goodbye() {
    certificates.close();
    reporter.close();
    return discovery.goodbye();
  }

  private void onIdentity(WorkloadIdentity identity) {
    secrets.provide("default", identity.key(), identity.trust());
    if (begun.compareAndSet(false, true)) {
      discovery.start();
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
}
