package dev.weft.proxy.loop;

import dev.weft.proxy.deadline.SharedDeadlines;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.upstream.UpstreamTarget;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.security.SecureRandom;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The workers of all event loops. Safe for use from any thread. */
public final class Workers {
  /** A loop takes no more of the shared budget at once. */
  private static final int MOST_AT_ONCE = 256 * 1024;

  private final BodyBudget bodies = BodyBudget.ofProcess();
  private final WindowBudget windows = WindowBudget.ofProcess();
  private final Map<EventExecutor, Worker> byLoop = new IdentityHashMap<>();
  private final List<Worker> all;

  /**
   * @param group the event loops; they are not this object's to stop
   * @param channels makes client channels that fit the loops
   * @param overload what is shed
   */
  public Workers(
      EventLoopGroup group, ChannelFactory<? extends Channel> channels, Overload overload) {
    int loops = 0;
    for (EventExecutor ignored : group) {
      loops++;
    }
    // What all loops have to spare is a quarter of the budget at most.
    int atOnce = (int) Math.min(MOST_AT_ONCE, bodies.max() / (8L * loops));
    SharedDeadlines remembered = new SharedDeadlines();
    Descriptors descriptors = Descriptors.ofProcess();
    SplittableRandom seeds = new SplittableRandom(new SecureRandom().nextLong());
    for (EventExecutor executor : group) {
      byLoop.computeIfAbsent(
          executor,
          loop ->
              new Worker(
                  (EventLoop) loop,
                  channels,
                  seeds.split(),
                  descriptors,
                  windows,
                  overload,
                  new KeptBytes(bodies, atOnce),
                  remembered));
    }
    all = List.copyOf(byLoop.values());
  }

  /** The worker of a loop of the group. */
  public Worker of(EventLoop loop) {
    Worker worker = byLoop.get(loop);
    if (worker == null) {
      throw new IllegalArgumentException(loop + " is not one of this proxy's event loops");
    }
    return worker;
  }

  /** All of them. */
  public List<Worker> all() {
    return all;
  }

  /** Runs something on every loop. */
  public void forEach(Consumer<Worker> action) {
    for (Worker worker : all) {
      worker.loop().execute(() -> action.accept(worker));
    }
  }

  /** Connections to these targets finish what they carry and close; others replace them. */
  public void renew(Set<UpstreamTarget> targets) {
    forEach(worker -> worker.pool().renew(targets));
  }

  /** Connections to these targets finish what they carry and close. */
  public void retire(Set<UpstreamTarget> targets) {
    if (!targets.isEmpty()) {
      forEach(worker -> worker.pool().retire(targets));
    }
  }

  /** What all loops may hold of bodies. */
  public BodyBudget bodies() {
    return bodies;
  }

  /** What windows of HTTP/2 connections may grow by. */
  public WindowBudget windows() {
    return windows;
  }

  /** How many there are. */
  public int size() {
    return all.size();
  }
}
