package dev.weft.proxy.otlp;

import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.loop.Workers;
import dev.weft.proxy.tracing.SpanSink;
import dev.weft.xds.model.SpanExport;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * An exporter for each collector that configurations name, kept for as long as somebody makes spans
 * for it. Safe for use from any thread.
 */
public final class SpanExporters implements Function<SpanExport, SpanSink> {
  private static final int LAST_SECONDS = 2;

  private final String version;
  private final Workers workers;
  private final RuntimeHolder runtimes;
  private final Map<SpanExport, WeakReference<SpanExporter>> exporters = new HashMap<>();
  private int next;

  /**
   * @param version of this program, as collectors are told
   */
  public SpanExporters(String version, Workers workers, RuntimeHolder runtimes) {
    this.version = version;
    this.workers = workers;
    this.runtimes = runtimes;
  }

  @Override
  public synchronized SpanSink apply(SpanExport export) {
    exporters.values().removeIf(exporter -> exporter.get() == null);
    WeakReference<SpanExporter> known = exporters.get(export);
    SpanExporter exporter = known == null ? null : known.get();
    if (exporter == null) {
      List<Worker> all = workers.all();
      exporter = new SpanExporter(export, version, all.get(next++ % all.size()), runtimes);
      exporters.put(export, new WeakReference<>(exporter));
    }
    return exporter;
  }

  private synchronized List<SpanExporter> live() {
    return exporters.values().stream().map(WeakReference::get).filter(Objects::nonNull).toList();
  }

  /** Sends what waits; done when it has gone, or after two seconds. */
  public CompletableFuture<Void> flush() {
    return CompletableFuture.allOf(
            live().stream().map(SpanExporter::flush).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, LAST_SECONDS, TimeUnit.SECONDS);
  }
}
