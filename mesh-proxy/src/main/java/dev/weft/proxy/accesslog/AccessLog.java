package dev.weft.proxy.accesslog;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.ExchangeObserver;
import java.io.IOException;

/** The proxy's own access log, for whatever a configuration has no log of its own for. */
public final class AccessLog implements ExchangeObserver, AutoCloseable {
  private final LineFormat format;
  private final LogSink sink;

  private AccessLog(LineFormat format, LogSink sink) {
    this.format = format;
    this.sink = sink;
  }

  /**
   * Opens the log.
   *
   * @param target a file that is appended to, or {@code -} for standard output
   * @param format {@code json}, {@code text}, or a line with Envoy's command operators
   * @throws IOException if the file cannot be opened
   * @throws IllegalArgumentException if the format has an error
   */
  public static AccessLog open(String target, String format) throws IOException {
    LineFormat compiled;
    try {
      compiled = LineFormat.ofOption(format);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("access log: " + e.getMessage(), e);
    }
    return new AccessLog(compiled, target.equals("-") ? LogSink.stdout() : LogSink.file(target));
  }

  @Override
  public void onComplete(Exchange exchange) {
    sink.offer(format.line(exchange));
  }

  /** Lines that were lost because the queue was full or the target refused them. */
  public long dropped() {
    return sink.dropped();
  }

  /** Writes what is queued, waiting at most a second. */
  @Override
  public void close() {
    sink.close();
  }
}
