package dev.weft.proxy.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Envoy, in a process of its own. */
final class EnvoySubject extends Subject {
  private static final long START_MILLIS = 20_000;

  private final Process process;
  private final Path output;
  private final int admin;
  private final Map<String, Integer> ports = new HashMap<>();

  /**
   * @param folder for what it writes
   */
  EnvoySubject(EnvoyProgram program, Path folder, Path bootstrap, Path log) throws IOException {
    super(log);
    output = folder.resolve("envoy.log");
    Path address = folder.resolve("admin-address");
    Files.deleteIfExists(address);
    process =
        new ProcessBuilder(
                program.path().toString(),
                "-c",
                bootstrap.toString(),
                "--concurrency",
                "1",
                "--admin-address-path",
                address.toString(),
                "--file-flush-interval-msec",
                "10",
                "--disable-hot-restart",
                "-l",
                "warning")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    admin = Integer.parseInt(started(address).replaceAll(".*:", ""));
    until("/ready", "LIVE");
    JsonNode listeners = new ObjectMapper().readTree(page("/listeners?format=json"));
    for (JsonNode listener : listeners.get("listener_statuses")) {
      ports.put(
          listener.get("name").asText(),
          listener.at("/local_address/socket_address/port_value").asInt());
    }
  }

  private String started(Path address) throws IOException {
    long start = System.nanoTime();
    while (!Files.exists(address) || Files.size(address) == 0) {
      check(start);
    }
    return Files.readString(address).strip();
  }

  private void until(String page, String expected) throws IOException {
    long start = System.nanoTime();
    while (!page(page).contains(expected)) {
      check(start);
    }
  }

  /** Waits a moment, unless there is nothing to wait for any more. */
  private void check(long start) throws IOException {
    try {
      boolean ended = process.waitFor(5, TimeUnit.MILLISECONDS);
      if (ended || System.nanoTime() - start > TimeUnit.MILLISECONDS.toNanos(START_MILLIS)) {
        process.destroyForcibly();
        throw new IOException("Envoy did not start:\n" + Files.readString(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  int port(String listener) {
    return ports.get(listener);
  }

  @Override
  int admin() {
    return admin;
  }

  @Override
  public void close() throws Exception {
    super.close();
    process.destroyForcibly().waitFor();
  }
}
