package dev.weft.proxy.cluster.health;

import dev.weft.proxy.cluster.health.Answers.Rate;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the answers of one endpoint have shown so far. It outlives Runtimes. All loops count; the
 * rest is written under the lock of its cluster's {@link Ejections}.
 */
public final class EndpointHealth {
  final Streak fiveXx = new Streak();
  final Streak gateway = new Streak();
  final Streak localOrigin = new Streak();

  /** Of clusters that eject; the others' endpoints have none. */
  private volatile @Nullable Counted counted;

  private volatile boolean ejected;
  private final AtomicInteger times = new AtomicInteger();
  private int ejections;
  private long ejectedAtNanos;
  private long jitterNanos;
  private @Nullable Long readmittedAtNanos;

  /**
   * @param external what was answered, and where nothing else is told of it, that nothing was
   * @param local whether there was an answer
   */
  private record Counted(Answers external, Answers local) {}

  /** Whether it is out of the balance now. */
  public boolean ejected() {
    return ejected;
  }

  /** What it answers, and where nothing else is told of it, that it does not. */
  Answers external() {
    return counted().external();
  }

  /** Whether it answers, where that is told apart. */
  Answers local() {
    return counted().local();
  }

  /** {@link #external} since the last call; null if nothing was. */
  @Nullable Rate takeExternal() {
    Counted known = counted;
    return known == null ? null : known.external().take();
  }

  /** {@link #local} since the last call; null if nothing was. */
  @Nullable Rate takeLocal() {
    Counted known = counted;
    return known == null ? null : known.local().take();
  }

  private Counted counted() {
    Counted known = counted;
    return known == null ? begin() : known;
  }

  private synchronized Counted begin() {
    Counted known = counted;
    if (known == null) {
      known = new Counted(new Answers(), new Answers());
      counted = known;
    }
    return known;
  }

  /**
   * @param longer whether this ejection takes longer than the one before
   */
  void eject(long nowNanos, long jitter, boolean longer) {
    ejectedAtNanos = nowNanos;
    jitterNanos = jitter;
    ejections++;
    if (longer) {
      times.incrementAndGet();
    }
    ejected = true;
  }

  void readmit(long nowNanos) {
    readmittedAtNanos = nowNanos;
    ejected = false;
    fiveXx.reset();
    gateway.reset();
    localOrigin.reset();
  }

  long ejectedAtNanos() {
    return ejectedAtNanos;
  }

  /** How often it was ejected. */
  public int ejections() {
    return ejections;
  }

  /** For how long it has been out, or was, in nanoseconds. */
  public long sinceEjected(long nowNanos) {
    return nowNanos - ejectedAtNanos;
  }

  /** The nanoseconds since it came back last; null if it never did. */
  public @Nullable Long sinceReadmitted(long nowNanos) {
    Long at = readmittedAtNanos;
    return at == null ? null : nowNanos - at;
  }

  /** What chance adds to its ejection. */
  long jitterNanos() {
    return jitterNanos;
  }

  /** The base time counts so many times: one more each ejection, one less each interval without. */
  int times() {
    return times.get();
  }

  void forgive() {
    times.decrementAndGet();
  }
}
