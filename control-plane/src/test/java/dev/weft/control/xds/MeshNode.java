package dev.weft.control.xds;

import dev.weft.control.cluster.LocalNotices;
import dev.weft.control.compile.Yaml;
import dev.weft.control.identity.AuthoritySettings;
import dev.weft.control.identity.Identity;
import dev.weft.control.resource.ResourceReader;
import dev.weft.control.resource.Schemas;
import dev.weft.control.store.ApplyResult;
import dev.weft.control.store.ChangeSet;
import dev.weft.control.store.Database;
import dev.weft.control.store.SqlAuditLog;
import dev.weft.control.store.SqlConfigStore;
import dev.weft.control.store.SqlInstanceRepository;
import dev.weft.control.store.SqlNodeRepository;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** A control-plane node as far as xDS goes: a real database, certificates and sockets. */
final class MeshNode implements AutoCloseable {
  static final String TRUST_DOMAIN = "weft.local";

  /** Enough for a machine that is busy with other builds. */
  static final int PATIENCE_SECONDS = 60;

  final AdsServer server;
  final SqlConfigStore config;
  final int port;
  private final Database database;
  private final Identity identity;
  private final LocalNotices notices = new LocalNotices();

  MeshNode(Vertx vertx, Path folder, String name) throws Exception {
    this.database = Database.sqlite(folder);
    this.config =
        SqlConfigStore.open(
            database, new ResourceReader(new Schemas()), Duration.ofMillis(200), Clock.systemUTC());
    this.identity =
        Identity.open(
            new AuthoritySettings(
                TRUST_DOMAIN, folder.resolve("ca.key"), AuthoritySettings.WORKLOAD_LIFETIME),
            database,
            new SqlAuditLog(database, Clock.systemUTC()),
            List.of("127.0.0.1"),
            Clock.systemUTC());
    AdsServerOptions defaults = AdsServerOptions.of(name, "127.0.0.1", 0, TRUST_DOMAIN);
    this.server =
        new AdsServer(
            vertx,
            new AdsServerOptions(
                defaults.nodeName(),
                defaults.host(),
                defaults.port(),
                defaults.trustDomain(),
                Duration.ofMillis(5),
                defaults.reconnectGrace(),
                defaults.nodeGrace(),
                defaults.nodeGoneAfter(),
                Duration.ofMillis(200),
                defaults.keepAlive()),
            identity
                .serverCertificate()
                .applyTo(new HttpServerOptions().setSslHandshakeTimeout(PATIENCE_SECONDS)),
            config,
            database,
            new SqlInstanceRepository(database),
            new SqlNodeRepository(database),
            notices,
            Clock.systemUTC());
    this.port = get(server.listen());
  }

  /** Applies YAML and returns the revision. */
  long apply(String yaml) throws Exception {
    ApplyResult result =
        get(config.apply(ChangeSet.put(Yaml.read(yaml).documents()), null, "test"));
    if (result instanceof ApplyResult.Applied applied) {
      return applied.revision();
    }
    throw new AssertionError(result);
  }

  /** TLS of a workload with a certificate of this mesh. */
  HttpClientOptions workload(String namespace, String service) throws Exception {
    return WorkloadTls.of(identity.authority(), namespace, service);
  }

  /** TLS without a certificate. */
  HttpClientOptions stranger() {
    return WorkloadTls.stranger(identity.authority());
  }

  @Override
  public void close() throws Exception {
    get(server.close());
    config.close();
    notices.close();
    identity.close();
    database.close();
  }

  static <T> T get(Future<T> future) throws Exception {
    return get(future.toCompletionStage());
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }
}
