package dev.weft.proxy.telemetry;

import java.util.concurrent.atomic.LongAdder;

/** A count that a filter keeps, or something that goes up and down. From any thread. */
public final class Counter {
  private final LongAdder value = new LongAdder();

  /** One more. */
  public void increment() {
    value.increment();
  }

  /** One less. */
  public void decrement() {
    value.decrement();
  }

  /** So many more. */
  public void add(long more) {
    value.add(more);
  }

  /** How many there are. */
  public long sum() {
    return value.sum();
  }
}
