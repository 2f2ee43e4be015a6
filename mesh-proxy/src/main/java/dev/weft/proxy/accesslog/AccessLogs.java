package dev.weft.proxy.accesslog;

import dev.weft.proxy.format.ExchangeConditions;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.ExchangeObserver;
import dev.weft.xds.model.AccessLog;
import dev.weft.xds.model.SubstitutionFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The logs that configurations ask for. A file is opened when the first log of it is compiled and
 * stays open: what still goes on under an earlier configuration writes to it, too. Thread-safe.
 */
public final class AccessLogs implements AutoCloseable {
  private static final SubstitutionFormat DEFAULT =
      new SubstitutionFormat(new SubstitutionFormat.Text(LineFormat.ENVOYS), false, "");

  private final Map<AccessLog.Target, LogSink> sinks = new HashMap<>();

  /** One log: what gets a line, what it says and where it goes. */
  private record Log(@Nullable Predicate<Exchange> filter, LineFormat format, LogSink sink)
      implements ExchangeObserver {
    @Override
    public void onComplete(Exchange exchange) {
      if (filter == null || filter.test(exchange)) {
        sink.offer(format.line(exchange));
      }
    }
  }

  /**
   * Writes to all of these.
   *
   * @throws IllegalArgumentException naming a file that cannot be opened
   */
  public ExchangeObserver compile(List<AccessLog> logs) {
    Log[] compiled = new Log[logs.size()];
    for (int i = 0; i < compiled.length; i++) {
      AccessLog log = logs.get(i);
      SubstitutionFormat format = log.format();
      compiled[i] =
          new Log(
              log.filter() == null ? null : ExchangeConditions.compile(log.filter()),
              LineFormat.of(format == null ? DEFAULT : format),
              sink(log.target()));
    }
    return compiled.length == 1
        ? compiled[0]
        : exchange -> {
          for (Log log : compiled) {
            log.onComplete(exchange);
          }
        };
  }

  /**
   * What takes whole lines for a file; never waits.
   *
   * @throws IllegalArgumentException naming the file if it cannot be opened
   */
  public Consumer<byte[]> lines(String path) {
    return sink(new AccessLog.File(path))::offer;
  }

  private synchronized LogSink sink(AccessLog.Target asked) {
    AccessLog.Target target =
        switch (asked) {
          case AccessLog.File(String path) when path.equals("/dev/stdout") ->
              new AccessLog.Stdout();
          case AccessLog.File(String path) when path.equals("/dev/stderr") ->
              new AccessLog.Stderr();
          default -> asked;
        };
    LogSink open = sinks.get(target);
    if (open == null) {
      open = open(target);
      sinks.put(target, open);
    }
    return open;
  }

  private static LogSink open(AccessLog.Target target) {
    return switch (target) {
      case AccessLog.Stdout() -> LogSink.stdout();
      case AccessLog.Stderr() -> LogSink.stderr();
      case AccessLog.File(String path) -> {
        try {
          yield LogSink.file(path);
        } catch (IOException e) {
          throw new IllegalArgumentException("the log " + path + " cannot be opened: " + e, e);
        }
      }
    };
  }

  /** Lines that were lost because a target could not follow, or refused them. */
  public synchronized long dropped() {
    return sinks.values().stream().mapToLong(LogSink::dropped).sum();
  }

  /** Writes what is queued, waiting at most a second for each target. */
  @Override
  public synchronized void close() {
    sinks.values().forEach(LogSink::close);
    sinks.clear();
  }
}
