package dev.weft.proxy.testkit;

import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What event loops spend on the CPU, which a busy machine does not change. */
public final class LoopTime {
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<Long, Long> marked = new LinkedHashMap<>();

  private LoopTime() {}

  /** The loops of a Vert.x instance. */
  public static LoopTime of(Vertx vertx) {
    LoopTime time = new LoopTime();
    for (EventExecutor loop : ((VertxInternal) vertx).nettyEventLoopGroup()) {
      time.marked.put(
          loop.submit(() -> Thread.currentThread().threadId()).syncUninterruptibly().getNow(), 0L);
    }
    time.mark();
    return time;
  }

  /** Counting begins here. */
  public void mark() {
    marked.replaceAll((thread, before) -> threads.getThreadCpuTime(thread));
  }

  /** Of the loop that spent most since {@link #mark}. */
  public long mostMillis() {
    long most = 0;
    for (Map.Entry<Long, Long> loop : marked.entrySet()) {
      most = Math.max(most, threads.getThreadCpuTime(loop.getKey()) - loop.getValue());
    }
    return TimeUnit.NANOSECONDS.toMillis(most);
  }
}
