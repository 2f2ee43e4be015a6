package dev.weft.proxy.loop;

import dev.weft.proxy.deadline.SharedDeadlines;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.upstream.UpstreamPool;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * One event loop and what is confined to it: the connections to endpoints, the pending flushes, a
 * source of randomness, the date.
 */
public final class Worker {
  private final EventLoop loop;
  private final FlushScheduler flushes;
  private final UpstreamPool pool;
  private final ChannelFactory<? extends Channel> channels;
  private final RandomGenerator random;
  private final Descriptors descriptors;
  private final WindowBudget windows;
  private final DateHeader date = new DateHeader();
  private final Overload overload;
  private final KeptBytes kept;
  private final SharedDeadlines remembered;

  /**
   * @param channels makes client channels that fit the loop
   */
  Worker(
      EventLoop loop,
      ChannelFactory<? extends Channel> channels,
      SplittableRandom random,
      Descriptors descriptors,
      WindowBudget windows,
      Overload overload,
      KeptBytes kept,
      SharedDeadlines remembered) {
    this.loop = loop;
    this.flushes = new FlushScheduler(loop);
    this.pool = new UpstreamPool(flushes, channels, descriptors, windows);
    this.descriptors = descriptors;
    this.windows = windows;
    this.channels = channels;
    this.random = random;
    this.overload = overload;
    this.kept = kept;
    this.remembered = remembered;
  }

  /** The event loop. */
  public EventLoop loop() {
    return loop;
  }

  /** Flushes of this loop. */
  public FlushScheduler flushes() {
    return flushes;
  }

  /** Connections to endpoints. */
  public UpstreamPool pool() {
    return pool;
  }

  /** Makes client channels for this loop. */
  public ChannelFactory<? extends Channel> channels() {
    return channels;
  }

  /** How many connections there may be; the same for all workers. */
  public Descriptors descriptors() {
    return descriptors;
  }

  /** What windows of HTTP/2 connections grow by; the same for all workers. */
  public WindowBudget windows() {
    return windows;
  }

  /** Random bits; not for secrets. */
  public RandomGenerator random() {
    return random;
  }

  /** What is shed now; the same for all workers. */
  public Overload overload() {
    return overload;
  }

  /** What requests may hold of their bodies. */
  public KeptBytes kept() {
    return kept;
  }

  /** The deadlines of requests that came for an application; the same for all workers. */
  public SharedDeadlines remembered() {
    return remembered;
  }

  /** The time as a header value. */
  public CharSequence date() {
    return date.value();
  }
}
