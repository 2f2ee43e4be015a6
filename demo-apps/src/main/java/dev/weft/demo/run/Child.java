package dev.weft.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A program that was started here; it can be killed and started again with the same command. */
final class Child {
  private final String name;
  private final List<String> command;
  private final Map<String, String> environment;
  private final Path log;
  private @Nullable Process process;

  Child(String name, List<String> command, Map<String, String> environment, Path log) {
    this.name = name;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.log = log;
  }

  String name() {
    return name;
  }

  synchronized void start() throws IOException {
    Files.createDirectories(log.getParent());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    process = builder.start();
    process.getOutputStream().close();
  }

  synchronized boolean alive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** Fails with the end of its log if it has ended. */
  void mustLive() throws IOException {
    if (!alive()) {
      throw new IOException(name + " ended by itself; the end of " + log + ":\n" + tail());
    }
  }

  private String tail() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }

  /** SIGKILL, and waits until it is gone. */
  synchronized void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroyForcibly().waitFor();
    }
  }

  /** SIGTERM without waiting. */
  synchronized void terminate() {
    Process running = process;
    if (running != null) {
      running.destroy();
    }
  }

  /** Waits for the end, and kills what does not come to one. */
  synchronized void end(long timeoutMillis) throws InterruptedException {
    Process running = process;
    if (running != null && !running.waitFor(timeoutMillis, TimeUnit.MILLISECONDS)) {
      running.destroyForcibly().waitFor();
    }
  }
}
