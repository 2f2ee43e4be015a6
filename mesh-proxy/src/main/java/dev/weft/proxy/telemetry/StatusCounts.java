package dev.weft.proxy.telemetry;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/** Answers counted by status, 100 to 599; cells are made when a status first occurs. */
final class StatusCounts {
  private static final int FIRST = 100;
  private static final int LAST = 599;
  private static final int CLASSES = 6;

  private final AtomicReferenceArray<LongAdder> codes =
      new AtomicReferenceArray<>(LAST - FIRST + 1);

  /** A status outside the range is not counted. */
  void count(int status) {
    if (status < FIRST || status > LAST) {
      return;
    }
    LongAdder cell = codes.get(status - FIRST);
    if (cell == null) {
      codes.compareAndSet(status - FIRST, null, new LongAdder());
      cell = codes.get(status - FIRST);
    }
    cell.increment();
  }

  /** So often this status occurred. */
  long of(int status) {
    LongAdder cell = codes.get(status - FIRST);
    return cell == null ? 0 : cell.sum();
  }

  /** Every status that occurred. */
  IntStream seen() {
    return IntStream.rangeClosed(FIRST, LAST).filter(status -> codes.get(status - FIRST) != null);
  }

  /** The sums of 1xx to 5xx, at their index. */
  long[] classes() {
    long[] sums = new long[CLASSES];
    seen().forEach(status -> sums[status / 100] += of(status));
    return sums;
  }
}
