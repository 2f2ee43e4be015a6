package dev.weft.proxy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A proxy in a process of its own, with an HTTP listener named "web". */
final class ProxyProcess implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile(" (admin|web)=(\\d+)");
  private static final int KEPT_LINES = 1000;

  private final Process process;
  private final Deque<String> lines = new ConcurrentLinkedDeque<>();
  private int web;
  private int admin;

  /**
   * Before one endpoint that speaks HTTP/1.1.
   *
   * @param folder for its bootstrap
   * @param descriptors that it may have
   * @param endpoint the port of it
   */
  ProxyProcess(Path folder, int descriptors, int endpoint) throws IOException {
    this(folder, descriptors, bootstrap(endpoint), List.of());
  }

  /**
   * @param bootstrap YAML, with admin and a listener "web"
   * @param options of its JVM
   */
  ProxyProcess(Path folder, int descriptors, String bootstrap, List<String> options)
      throws IOException {
    Path file = folder.resolve("bootstrap.yaml");
    Files.writeString(file, bootstrap);
    List<String> command =
        new ArrayList<>(
            List.of(
                "sh",
                "-c",
                "ulimit -n " + descriptors + " && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m"));
    command.addAll(options);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "dev.weft.proxy.Main",
            "--bootstrap",
            file.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectErrorStream(true);
    process = builder.start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder read = new StringBuilder();
    while (web == 0 || admin == 0) {
      String line = output.readLine();
      assertThat(line).as("a line with ports after: " + read).isNotNull();
      read.append(line).append('\n');
      Matcher port = PORT.matcher(line);
      while (port.find()) {
        int number = Integer.parseInt(port.group(2));
        admin = port.group(1).equals("admin") ? number : admin;
        web = port.group(1).equals("web") ? number : web;
      }
    }
    Thread.ofVirtual().start(() -> output.lines().forEach(this::note));
  }

  private void note(String line) {
    lines.add(line);
    if (lines.size() > KEPT_LINES) {
      lines.poll();
    }
  }

  /** How many of the last lines that it wrote contain this. */
  long said(String text) {
    return lines.stream().filter(line -> line.contains(text)).count();
  }

  /** Forgets the lines that it wrote. */
  void forget() {
    lines.clear();
  }

  private static String bootstrap(int port) {
    return """
    admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
    static_resources:
      listeners:
      - name: web
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: web
              http_protocol_options: {allow_custom_methods: true}
              route_config:
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  routes:
                  - match: {prefix: /upload}
                    route: {cluster: app, timeout: 0s, retry_policy: {retry_on: 5xx, num_retries: 2}}
                  - {match: {prefix: /}, route: {cluster: app, timeout: 0s}}
              http_filters:
              - name: envoy.filters.http.router
                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
      clusters:
      - name: app
        type: STATIC
        circuit_breakers: {thresholds: [{max_connections: 20000, max_requests: 20000, max_pending_requests: 20000}]}
        load_assignment:
          cluster_name: app
          endpoints:
          - lb_endpoints:
            - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
    """
        .formatted(port);
  }

  /** Where its clients connect to. */
  int port() {
    return web;
  }

  /** A page of the admin interface, head and all. */
  String page(String path) throws IOException {
    try (RawClient client = new RawClient(admin)) {
      return client
          .send("GET " + path + " HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
          .readToEnd();
    }
  }

  /** The sum of the statistics whose name contains this. */
  long statistic(String name) throws IOException {
    return page("/stats?filter=" + name)
        .lines()
        .filter(line -> line.contains(name) && line.contains(": "))
        .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** The most memory that it ever had, in bytes. */
  long peakMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
