package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Count;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** See {@link GrpcStats}. */
final class GrpcCells implements GrpcStats {
  private static final int STATUSES = 17;

  /** All but the time, which has no value before the first. */
  static final List<Count<GrpcCells>> METRICS =
      Stream.concat(
              IntStream.range(0, STATUSES).mapToObj(GrpcCells::status),
              Stream.of(
                  new Count<GrpcCells>("success", c -> c.success.sum()),
                  new Count<GrpcCells>("failure", c -> c.failure.sum()),
                  new Count<GrpcCells>("total", c -> c.success.sum() + c.failure.sum()),
                  new Count<GrpcCells>("request_message_count", c -> c.requests.sum()),
                  new Count<GrpcCells>("response_message_count", c -> c.responses.sum())))
          .toList();

  /** Whether only a client named what is counted here. */
  final boolean called;

  private final AtomicLongArray statuses = new AtomicLongArray(STATUSES);
  private final LongAdder success = new LongAdder();
  private final LongAdder failure = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final LongAdder responses = new LongAdder();
  private volatile @Nullable Histogram time;

  GrpcCells(boolean called) {
    this.called = called;
  }

  private static Count<GrpcCells> status(int number) {
    return new Count<>(Integer.toString(number), c -> c.statuses.get(number));
  }

  /** How long endpoints took; null before the first. */
  @Nullable Histogram time() {
    return time;
  }

  @Override
  public void requestMessages(int more) {
    requests.add(more);
  }

  @Override
  public void responseMessages(int more) {
    responses.add(more);
  }

  @Override
  public void answered(CharSequence status) {
    int number = number(status);
    if (number >= 0) {
      statuses.incrementAndGet(number);
    }
    (number == 0 ? success : failure).increment();
  }

  /** -1 for what is no status of gRPC's. */
  private static int number(CharSequence status) {
    int length = status.length();
    if (length == 0 || length > 2) {
      return -1;
    }
    int last = status.charAt(length - 1) - '0';
    int number = length == 1 ? last : status.charAt(0) == '1' ? 10 + last : -1;
    return last >= 0 && last <= 9 && number < STATUSES ? number : -1;
  }

  @Override
  public void upstreamTime(long nanos) {
    Histogram histogram = time;
    (histogram == null ? firstTime() : histogram).record(nanos);
  }

  private synchronized Histogram firstTime() {
    Histogram histogram = time;
    if (histogram == null) {
      histogram = new Histogram();
      time = histogram;
    }
    return histogram;
  }
}
