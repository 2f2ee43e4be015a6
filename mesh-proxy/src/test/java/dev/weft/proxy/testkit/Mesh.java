package dev.weft.proxy.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.DataPath;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.filter.FilterCompiler;
import dev.weft.proxy.filter.HttpFilters;
import dev.weft.proxy.listener.ListenerReconciler.Failure;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.proxy.tls.RotatingTlsContexts;
import dev.weft.proxy.tls.Secrets;
import dev.weft.proxy.transport.NativeTransport;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A whole data path on two event loops, and another Vert.x for whoever it stands between. */
public final class Mesh implements AutoCloseable {
  /** For clients and backends. */
  public final Vertx outside = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));

  public final Vertx inside =
      NativeTransport.on(Vertx.builder()).with(new VertxOptions().setEventLoopPoolSize(2)).build();
  public final RecordingTelemetry telemetry = new RecordingTelemetry();
  public final Secrets secrets = new Secrets();
  public final DataPath path;
  public final Client h1 = new Client(outside, HttpVersion.HTTP_1_1);
  public final Client h2 = new Client(outside, HttpVersion.HTTP_2);

  public Mesh() {
    this(new HttpFilters());
  }

  public Mesh(FilterCompiler filters) {
    this(filters, Overload.ofProcess(OverloadPlan.DEFAULT));
  }

  public Mesh(FilterCompiler filters, Overload overload) {
    path =
        new DataPath(
            inside,
            new RotatingTlsContexts(secrets),
            telemetry,
            filters,
            overload,
            Duration.ofSeconds(5));
  }

  /** Puts a configuration in force; every listener must come up. */
  public Mesh apply(ProxyConfig config) {
    assertThat(tryApply(config)).isEmpty();
    return this;
  }

  public List<Failure> tryApply(ProxyConfig config) {
    return path.apply(config).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  /** The port of the listener {@code in}. */
  public int port() {
    return port("in");
  }

  public int port(String listener) {
    return path.addresses().get(listener).getPort();
  }

  @Override
  public void close() {
    path.close();
    Client.await(inside.close());
    Client.await(outside.close());
    // How long code takes says much of the machine here; what it waits for does not.
    assertThat(path.watchdog().waits()).as("event loops that waited for 50 ms").isZero();
  }
}
