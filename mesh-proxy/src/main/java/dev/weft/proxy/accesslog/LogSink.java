package dev.weft.proxy.accesslog;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
 * Takes lines from any thread and writes them by one of its own. The queue is bounded: when the
 * target cannot follow, lines are dropped and counted, and traffic goes on. Lines are in the file
 * as soon as nothing more waits to be written.
 */
final class LogSink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogSink.class);
  private static final int QUEUE = 8192;

  /** No line is empty. */
  private static final byte[] END = {};

  private final String name;
  private final OutputStream out;
  private final BlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(QUEUE);
  private final LongAdder dropped = new LongAdder();
  private final Thread writer;

  private LogSink(String name, OutputStream out) {
    this.name = name;
    this.out = new BufferedOutputStream(out, 64 * 1024);
    this.writer = Thread.ofPlatform().name("weft-access-log").daemon().unstarted(this::write);
    writer.start();
  }

  /** A file that is appended to. */
  static LogSink file(String path) throws IOException {
    return new LogSink(
        path,
        Files.newOutputStream(Path.of(path), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /** The process's standard output. */
  static LogSink stdout() {
    return new LogSink("standard output", new FileOutputStream(FileDescriptor.out));
  }

  /** The process's standard error. */
  static LogSink stderr() {
    return new LogSink("standard error", new FileOutputStream(FileDescriptor.err));
  }

  /** Takes a line; never waits. */
  void offer(byte[] line) {
    if (line.length > 0 && !queue.offer(line)) {
      dropped.increment();
    }
  }

  /** Lines that were lost because the queue was full or the target refused them. */
  long dropped() {
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
            log.error(
                "the access log {} cannot be written: {}; lines are dropped", name, e.toString());
          }
          failing = true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.error("the end of the access log {} was lost: {}", name, e.toString());
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
      if (!name.startsWith("standard ")) {
        out.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.error("the access log {} could not be closed: {}", name, e.toString());
    }
  }
}
