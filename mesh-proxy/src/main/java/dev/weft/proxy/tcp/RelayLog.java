package dev.weft.proxy.tcp;

import dev.weft.proxy.config.CompiledTcp;
import dev.weft.xds.model.TcpProxy.LogOccasions;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The lines that a relayed connection leaves in its logs: one at its end, and before where its
 * relay asks for that. Confined to its loop.
 */
final class RelayLog {
  private final CompiledTcp tcp;
  private final TcpRecord record;
  private final EventLoop loop;

  /** What is left of a connection while it lasts; nothing where it has no logs of its own. */
  private final LogOccasions occasions;

  private @Nullable Future<?> timer;

  RelayLog(CompiledTcp tcp, TcpRecord record, EventLoop loop) {
    this.tcp = tcp;
    this.record = record;
    this.loop = loop;
    this.occasions =
        tcp.proxy().accessLogs().isEmpty() ? LogOccasions.END : tcp.proxy().logOccasions();
  }

  /** The connection begins. */
  void start() {
    long interval = occasions.interval().toNanos();
    if (interval > 0) {
      timer =
          loop.scheduleWithFixedDelay(
              () -> write("TcpPeriodic"), interval, interval, TimeUnit.NANOSECONDS);
    }
  }

  /** It is connected to an endpoint. */
  void onConnected() {
    if (occasions.onConnected()) {
      write("TcpUpstreamConnected");
    }
  }

  /** It is over. */
  void end() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    write(TcpRecord.END);
  }

  private void write(String occasion) {
    record.occasion = occasion;
    tcp.observer().onComplete(record);
  }
}
