package dev.weft.proxy.loop;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports event loops that are blocked for 50 ms, with what they are doing. A thread of its own
 * looks at them; loops with nothing to do are not woken, and time in which this thread could not
 * run either (a collection, a machine that stood still) is nobody's fault.
 */
public final class Watchdog implements AutoCloseable {
  /**
   * A loop that is blocked.
   *
   * @param waiting whether it waits, for a lock perhaps, instead of computing
   */
  record Blocked(String loop, long millis, long cpuMillis, boolean waiting, String stack) {}

  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
  private static final long PERIOD_NANOS = 20_000_000;

  /** What it looks with, the JVM's management beans, would be a twentieth of a start. */
  private static final long AFTER_START_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int FRAMES = 8;

  private final List<Watched> watched = new ArrayList<>();
  private final LongAdder misses = new LongAdder();
  private final LongAdder longMisses = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final Consumer<Blocked> report;
  private final long rest;
  private final Thread thread;
  private volatile boolean closed;
  private long lineNanos = System.nanoTime() - LINE_NANOS;
  private long unsaid;

  /**
   * Begins to look.
   *
   * @param loops event loops; each once
   */
  public Watchdog(Iterable<? extends EventExecutor> loops) {
    this(loops, AFTER_START_NANOS, null);
  }

  /**
   * @param rest nanoseconds before the first look
   * @param report null for a line in the log
   */
  Watchdog(Iterable<? extends EventExecutor> loops, long rest, @Nullable Consumer<Blocked> report) {
    this.rest = rest;
    this.report = report == null ? this::log : report;
    for (EventExecutor loop : loops) {
      watched.add(new Watched((EventLoop) loop));
    }
    // Now, before they have anything else to do: a loop that is blocked cannot be met.
    watched.forEach(Watched::meet);
    thread = Thread.ofPlatform().name("weft-watchdog").daemon().start(this::run);
  }

  /** How often a loop was blocked for 50 ms. */
  public long misses() {
    return misses.sum();
  }

  /**
   * How often a loop was found waiting instead of computing: always a mistake in the code, however
   * slow the machine.
   */
  public long waits() {
    return waits.sum();
  }

  /** How often it was for a second. */
  public long longMisses() {
    return longMisses.sum();
  }

  private void run() {
    if (!closed) {
      LockSupport.parkNanos(rest);
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long last = System.nanoTime();
    while (!closed) {
      LockSupport.parkNanos(PERIOD_NANOS);
      long now = System.nanoTime();
      long elapsed = Math.min(now - last, PERIOD_NANOS * 3 / 2);
      last = now;
      for (Watched loop : watched) {
        look(loop, elapsed, threads);
      }
    }
  }

  private void look(Watched loop, long elapsed, ThreadMXBean threads) {
    Thread runner = loop.runner;
    if (runner == null || loop.loop.isShuttingDown()) {
      return;
    }
    boolean parked = runner.getState() != Thread.State.RUNNABLE;
    switch (loop.heart.look(elapsed, threads.getThreadCpuTime(runner.threadId()), parked)) {
      case REST -> {}
      case ASK -> loop.ask();
      case MISSED -> {
        misses.increment();
        report(loop.blocked(runner));
      }
      case MISSED_LONG -> {
        longMisses.increment();
        report(loop.blocked(runner));
      }
    }
  }

  private void report(Blocked blocked) {
    if (blocked.waiting()) {
      waits.increment();
    }
    report.accept(blocked);
  }

  private void log(Blocked blocked) {
    long now = System.nanoTime();
    if (now - lineNanos < LINE_NANOS) {
      unsaid++;
      return;
    }
    lineNanos = now;
    log.warn(
        "event loop {} is blocked: {} for {} ms so far, {} ms of them on the CPU: {}{}",
        blocked.loop(),
        blocked.waiting() ? "waiting" : "busy",
        blocked.millis(),
        blocked.cpuMillis(),
        blocked.stack(),
        unsaid == 0 ? "" : " (" + unsaid + " more since the last report)");
    unsaid = 0;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  /** A loop and the thread that runs it. */
  private static final class Watched {
    private final EventLoop loop;
    private final Heartbeat heart = new Heartbeat();
    private final Runnable sign = heart::answer;
    private volatile @Nullable Thread runner;

    Watched(EventLoop loop) {
      this.loop = loop;
    }

    void meet() {
      execute(() -> runner = Thread.currentThread());
    }

    void ask() {
      execute(sign);
    }

    private void execute(Runnable task) {
      try {
        loop.execute(task);
      } catch (RejectedExecutionException e) {
        runner = null; // it has ended
      }
    }

    Blocked blocked(Thread blocked) {
      String stack =
          Stream.of(blocked.getStackTrace())
              .limit(FRAMES)
              .map(StackTraceElement::toString)
              .collect(Collectors.joining(" < "));
      return new Blocked(
          blocked.getName(),
          TimeUnit.NANOSECONDS.toMillis(heart.waitedNanos()),
          TimeUnit.NANOSECONDS.toMillis(heart.usedNanos()),
          heart.waiting(),
          stack);
    }
  }
}
