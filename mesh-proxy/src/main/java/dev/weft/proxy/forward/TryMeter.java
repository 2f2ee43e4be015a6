package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.Measured;
import dev.weft.xds.model.Cluster.Tracked;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Measures a try to a cluster that asks for it: how large its messages are, and how much of its
 * time it takes. Confined to its loop.
 */
final class TryMeter {
  private static final int PERCENT = 100;

  private final ClusterStats stats;
  private final Tracked tracked;
  private final long tryNanos;
  private final long startNanos;
  private long requestBody;
  private long answerBody;
  private boolean answered;

  private TryMeter(ActiveCluster cluster, long tryNanos, Http2Headers request) {
    this.stats = cluster.stats();
    this.tracked = cluster.config().tracked();
    this.tryNanos = tryNanos;
    this.startNanos = System.nanoTime();
    if (tracked.sizes()) {
      head(request, Measured.RQ_HEADERS_SIZE, Measured.RQ_HEADERS_COUNT);
    }
  }

  /**
   * Begins to measure, where a cluster asks for it.
   *
   * @param tryNanos how long the try may take; 0 for no bound
   */
  static @Nullable TryMeter of(ActiveCluster cluster, long tryNanos, Http2Headers request) {
    return cluster.config().tracked().equals(Tracked.NOTHING)
        ? null
        : new TryMeter(cluster, tryNanos, request);
  }

  /** A request is over, as far as its time counts. */
  static void onRequest(ActiveCluster cluster, long takenNanos, long timeoutNanos) {
    if (cluster.config().tracked().timeoutBudgets()) {
      cluster
          .stats()
          .measured(Measured.RQ_TIMEOUT_BUDGET_PERCENT_USED, percent(takenNanos, timeoutNanos));
    }
  }

  /** The same of one that failed, whose time counts if that was what it failed for. */
  static void onFailure(
      @Nullable ActiveCluster cluster, Kind failure, long takenNanos, long timeoutNanos) {
    boolean late =
        failure == Kind.ROUTE_TIMEOUT
            || failure == Kind.PER_TRY_TIMEOUT
            || failure == Kind.PER_TRY_IDLE;
    if (late && cluster != null) {
      onRequest(cluster, takenNanos, timeoutNanos);
    }
  }

  /** Of no bound nothing is used, however long it takes. */
  static long percent(long takenNanos, long ofNanos) {
    return ofNanos == 0 ? 0 : Math.round((double) takenNanos / ofNanos * PERCENT);
  }

  private void head(Http2Headers head, Measured size, Measured count) {
    long bytes = 0;
    for (Map.Entry<CharSequence, CharSequence> field : head) {
      bytes += field.getKey().length() + field.getValue().length();
    }
    stats.measured(size, bytes);
    stats.measured(count, head.size());
  }

  void sent(int bytes) {
    requestBody += bytes;
  }

  void answered(Http2Headers answer) {
    answered = true;
    if (tracked.sizes()) {
      head(answer, Measured.RS_HEADERS_SIZE, Measured.RS_HEADERS_COUNT);
    }
  }

  void received(int bytes) {
    answerBody += bytes;
  }

  void end() {
    if (tracked.sizes()) {
      stats.measured(Measured.RQ_BODY_SIZE, requestBody);
      if (answered) {
        stats.measured(Measured.RS_BODY_SIZE, answerBody);
      }
    }
    if (tracked.timeoutBudgets()) {
      stats.measured(
          Measured.RQ_TIMEOUT_BUDGET_PER_TRY_PERCENT_USED,
          percent(System.nanoTime() - startNanos, tryNanos));
    }
  }
}
