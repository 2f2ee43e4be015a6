package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Count;
import dev.weft.proxy.telemetry.Metric.Statuses;
import dev.weft.proxy.telemetry.Metric.Times;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The counts of requests of one {@link RequestGroup}. */
final class RequestCells {
  final LongAdder requests = new LongAdder();
  final LongAdder completed = new LongAdder();
  final StatusCounts statuses = new StatusCounts();
  final Histogram time = new Histogram();
  final LongAdder retries = new LongAdder();
  final LongAdder retrySuccess = new LongAdder();
  final LongAdder retryOverflow = new LongAdder();
  final LongAdder retryLimit = new LongAdder();
  final LongAdder timeouts = new LongAdder();

  static final List<Metric<RequestCells>> METRICS =
      List.of(
          new Count<>("upstream_rq_total", c -> c.requests.sum()),
          new Count<>("upstream_rq_completed", c -> c.completed.sum()),
          new Statuses<>("upstream_rq", c -> c.statuses),
          new Times<>("upstream_rq_time", c -> c.time),
          new Count<>("upstream_rq_retry", c -> c.retries.sum()),
          new Count<>("upstream_rq_retry_success", c -> c.retrySuccess.sum()),
          new Count<>("upstream_rq_retry_overflow", c -> c.retryOverflow.sum()),
          new Count<>("upstream_rq_retry_limit_exceeded", c -> c.retryLimit.sum()),
          new Count<>("upstream_rq_timeout", c -> c.timeouts.sum()));

  /** An answer, whose time is counted by itself. */
  void completed(int status) {
    completed.increment();
    statuses.count(status);
  }
}
