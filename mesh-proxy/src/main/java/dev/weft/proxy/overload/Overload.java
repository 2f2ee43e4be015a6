package dev.weft.proxy.overload;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/**
 * What is shed now. Asked by the event loops for every request and connection, which costs a read;
 * told by a thread that looks at the memory ({@link OverloadMonitor}).
 */
public final class Overload {
  private final OverloadPlan plan;
  private final ActionLevels actions;
  private final DoubleSupplier resource;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile double[] levels;
  private volatile double pressure;

  /**
   * @param memory the pressure on memory, from 0 to 1
   */
  public Overload(OverloadPlan plan, DoubleSupplier memory) {
    this.plan = plan;
    this.actions = new ActionLevels(plan.triggers());
    this.resource = memory;
    this.levels = new double[OverloadAction.values().length];
  }

  /** Follows the memory of this process. */
  public static Overload ofProcess(OverloadPlan plan) {
    Memory memory = new Memory();
    return new Overload(plan, () -> memory.pressure(plan.maxHeapBytes()));
  }

  /** Looks at the memory. One call at a time. */
  public void refresh() {
    double now = resource.getAsDouble();
    double[] changed = actions.at(now);
    pressure = now;
    levels = changed;
  }

  /** Whether this one is to be shed: always, never, or by chance where an action is scaled. */
  public boolean sheds(OverloadAction action, RandomGenerator random) {
    double level = levels[action.ordinal()];
    return level > 0 && (level >= 1 || random.nextDouble() < level);
  }

  /** How much of an action there is, from 0 to 1. */
  public double level(OverloadAction action) {
    return levels[action.ordinal()];
  }

  /** Whether anything is shed. */
  public boolean active() {
    for (double level : levels) {
      if (level > 0) {
        return true;
      }
    }
    return false;
  }

  /** The pressure on memory when it was looked at last, from 0 to 1. */
  public double pressure() {
    return pressure;
  }

  /** Whether another connection may be there; if so it is to be {@link #connectionClosed}. */
  public boolean connectionOpened() {
    if (connections.incrementAndGet() <= plan.maxConnections()) {
      return true;
    }
    connections.decrementAndGet();
    return false;
  }

  /** One that was let in has gone. */
  public void connectionClosed() {
    connections.decrementAndGet();
  }

  /** What it goes by. */
  public OverloadPlan plan() {
    return plan;
  }
}
