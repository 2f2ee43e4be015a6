package dev.weft.proxy.telemetry;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for every exchange, by a thread of its own. The queue is bounded: when the disk
 * cannot follow, lines are dropped and counted, and traffic goes on.
 */
public final class AccessLog implements ExchangeObserver, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AccessLog.class);
  private static final int QUEUE = 8192;
  private static final int LINE = 512;

  /** No line is empty. */
  private static final byte[] END = {};

  private final LogFormat format;
  private final OutputStream out;
  private final boolean closesTarget;
  private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(QUEUE);
  private final LongAdder dropped = new LongAdder();
  private final Thread writer;

  private AccessLog(LogFormat format, OutputStream out, boolean closesTarget) {
    this.format = format;
    this.closesTarget = closesTarget;
    this.out = new BufferedOutputStream(out, 64 * 1024);
    this.writer = Thread.ofPlatform().name("weft-access-log").daemon().unstarted(this::write);
    writer.start();
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
    LogFormat compiled =
        switch (format) {
          case "json" -> LogFormat.json();
          case "text" -> LogFormat.text(LogFormat.TEXT);
          default -> LogFormat.text(format.endsWith("\n") ? format : format + "\n");
        };
    if (target.equals("-")) {
      return new AccessLog(compiled, System.out, false);
    }
    OutputStream file =
        Files.newOutputStream(
            Path.of(target), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return new AccessLog(compiled, file, true);
  }

  @Override
  public void onComplete(Exchange exchange) {
    StringBuilder line = new StringBuilder(LINE);
    format.write(exchange, line);
    if (!queue.offer(line.toString().getBytes(StandardCharsets.UTF_8))) {
      dropped.increment();
    }
  }

  /** Lines that were lost because the queue was full or the target refused them. */
  public long dropped() {
    return dropped.sum();
  }

  private void write() {
    boolean failing = false;
    try {
      while (true) {
        byte[] line = queue.take();
        if (line.length == 0) {
          out.flush();
          return;
        }
        try {
          out.write(line);
          if (queue.isEmpty()) {
            out.flush();
          }
          failing = false;
        } catch (IOException e) {
          dropped.increment();
          if (!failing) {
            log.error("the access log cannot be written: {}; lines are dropped", e.toString());
          }
          failing = true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.error("the end of the access log was lost: {}", e.toString());
    }
  }

  /** Writes what is queued, waiting at most a second. */
  @Override
  public void close() {
    try {
      if (queue.offer(END, 1, TimeUnit.SECONDS)) {
        writer.join(1000);
      }
      writer.interrupt();
      if (closesTarget) {
        out.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.error("the access log could not be closed: {}", e.toString());
    }
  }
}
