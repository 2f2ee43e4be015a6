package dev.weft.proxy.filter.longstreams;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.telemetry.Counter;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A stream that may be told to go elsewhere when endpoints have come. */
final class ListedStream implements OpenStream {
  private final FilterContext context;
  private final StreamRosters rosters;
  private final StreamRosters.Key key;
  private final Counter rebalanced;
  private final Object connection;
  private final long begun;

  /** Of its loop. */
  private boolean noticed;

  /** Of its loop. */
  private boolean over;

  /** What its loop said last; handed to the roster's loop. */
  private @Nullable Object endpoint;

  private boolean told;
  private boolean tellable;

  /**
   * @param rebalanced counts those who were told
   * @param begun by {@link System#nanoTime}
   */
  ListedStream(
      FilterContext context,
      StreamRosters rosters,
      StreamRosters.Key key,
      Counter rebalanced,
      long begun) {
    this.context = context;
    this.rosters = rosters;
    this.key = key;
    this.rebalanced = rebalanced;
    this.connection = context.exchange().downstream();
    this.begun = begun;
  }

  EventLoop loop() {
    return context.loop();
  }

  /** A cluster as it is now; null if there is none of the name. From any thread. */
  @Nullable ActiveCluster cluster(String name) {
    return context.cluster(name);
  }

  /** Says how it is, on its loop. */
  void look() {
    endpoint = over ? null : context.exchange().endpoint();
    told = noticed || over;
    // Over HTTP/1 the head of an answer says the last that there is to say of the connection.
    tellable =
        context.exchange().downstream().http2() || context.exchange().responseHeaders() == null;
  }

  /** Its client is to be told after so many nanoseconds. From any thread. */
  void tellAfter(long nanos) {
    context.loop().schedule(this::tell, nanos, TimeUnit.NANOSECONDS);
  }

  private void tell() {
    if (!over && notice()) {
      rebalanced.increment();
      context.endConnection();
    }
  }

  /** Its client is told, for whatever reason; false if it was before. On its loop. */
  boolean notice() {
    boolean first = !noticed;
    noticed = true;
    return first;
  }

  /** It has ended. On its loop. */
  void leave() {
    over = true;
    rosters.leave(key, this);
  }

  @Override
  public @Nullable Object endpoint() {
    return endpoint;
  }

  @Override
  public Object connection() {
    return connection;
  }

  @Override
  public long begun() {
    return begun;
  }

  @Override
  public boolean told() {
    return told;
  }

  @Override
  public boolean tellable() {
    return tellable;
  }
}
