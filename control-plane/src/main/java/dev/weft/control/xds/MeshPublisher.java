package dev.weft.control.xds;

import dev.weft.control.compile.MeshCompiler;
import dev.weft.control.compile.MeshInput;
import dev.weft.control.compile.MeshSnapshot;
import dev.weft.control.discovery.WorkloadRegistry;
import dev.weft.control.store.ConfigSnapshot;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiles the newest configuration and workloads, on a worker, and hands the result to every
 * stream; never two compiles at once.
 */
final class MeshPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(MeshPublisher.class);

  private final Vertx vertx;
  private final MeshCompiler compiler;
  private final Supplier<ConfigSnapshot> config;
  private final WorkloadRegistry workloads;
  private final String trustDomain;
  private final ProxyRegistry proxies;
  private final PushQueue queue;
  private volatile @Nullable MeshSnapshot current;
  private volatile List<String> failures = List.of();
  private volatile List<String> warnings = List.of();

  MeshPublisher(
      Vertx vertx,
      MeshCompiler compiler,
      Supplier<ConfigSnapshot> config,
      WorkloadRegistry workloads,
      ProxyRegistry proxies,
      String trustDomain,
      Duration window) {
    this.vertx = vertx;
    this.compiler = compiler;
    this.config = config;
    this.workloads = workloads;
    this.trustDomain = trustDomain;
    this.proxies = proxies;
    this.queue = new PushQueue(vertx, window, this::compile);
  }

  /** Something changed; from any thread. */
  void changed() {
    queue.changed();
  }

  /** Compiles now and completes when the result is published; once, before the first change. */
  Future<?> first() {
    return compile();
  }

  /** The newest mesh; null before the first compile. */
  @Nullable MeshSnapshot current() {
    return current;
  }

  /** What keeps the newest configuration from being served; empty when all is well. */
  List<String> failures() {
    return failures;
  }

  /** Compiles no more; completes when the compile under way has ended. */
  Future<Void> close() {
    return queue.close();
  }

  private Future<?> compile() {
    return vertx
        .executeBlocking(
            () -> compiler.compile(new MeshInput(config.get(), workloads.current(), trustDomain)),
            true)
        .onSuccess(this::publish);
  }

  private void publish(MeshCompiler.Compilation compilation) {
    report(compilation);
    MeshSnapshot mesh = compilation.snapshot();
    if (mesh != current) {
      current = mesh;
      proxies.publish(mesh);
    }
  }

  private void report(MeshCompiler.Compilation compilation) {
    if (!compilation.failures().equals(failures)) {
      failures = compilation.failures();
      if (failures.isEmpty()) {
        LOG.info("the configuration compiles again");
      } else {
        LOG.error(
            "the configuration does not compile, revision {} stays: {}",
            compilation.snapshot().revision(),
            String.join("; ", failures));
      }
    }
    if (!compilation.warnings().equals(warnings)) {
      warnings = compilation.warnings();
      warnings.forEach(warning -> LOG.warn("left out of the mesh: {}", warning));
    }
  }
}
