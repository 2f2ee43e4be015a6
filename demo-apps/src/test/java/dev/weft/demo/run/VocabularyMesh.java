package dev.weft.demo.run;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * The mesh of {@link VocabularyTest}: a control plane, a caller's sidecar and those of three
 * services, each a process of its own; and applications within the test, most of them without a
 * sidecar.
 */
final class VocabularyMesh {
  private static final int PATIENCE_MILLIS = 60_000;

  private static final List<String> ANYWHERE =
      List.of(
          "catalog-1",
          "catalog-2",
          "catalog-3",
          "next-1",
          "checked-1",
          "checked-2",
          "erring-1",
          "erring-2",
          "fragile-1",
          "loaded-1",
          "loaded-2",
          "moved-1");

  private final Map<String, HttpServer> servers = new ConcurrentHashMap<>();
  private final List<Child> children = new ArrayList<>();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final Set<String> sick = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> tries = new ConcurrentHashMap<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final FreePorts ports = new FreePorts();
  private final Programs programs = Programs.find();
  private final Path folder;
  private final ControlPlaneNode node;
  private final AdminApi api;
  private final int caller;

  VocabularyMesh(Path folder) throws IOException {
    this.folder = folder;
    this.node = ControlPlaneNode.create(programs, ports, folder, 1, List.of()).getFirst();
    this.api = new AdminApi(List.of(node.rest()));
    this.caller = ports.take();
  }

  /** Starts all of it; completes when the sidecars are ready. */
  void start() throws IOException, InterruptedException {
    children.add(node.process());
    node.process().start();
    awaitReady(node.rest().resolve("/readyz"));
    StringBuilder mesh = new StringBuilder(text("vocabulary.yaml"));
    for (String name : ANYWHERE) {
      mesh.append(workload(name, "", application(name)));
    }
    for (String name : List.of("near-1", "shared-1")) {
      mesh.append(workload(name, place("eu", "a"), application(name)));
    }
    for (String name : List.of("near-2", "shared-2")) {
      mesh.append(workload(name, place("eu", "b"), application(name)));
    }
    mesh.append(workload("shared-3", place("us", "a"), application("shared-3")));
    api.apply(mesh.toString());
    int limited = application("limited-1");
    int guarded = application("guarded-1");
    int lasting = application("lasting-1");
    String here = "topology.kubernetes.io/region=eu,topology.kubernetes.io/zone=a";
    List<URI> ready =
        List.of(
            sidecar("edge", caller, "--labels", here),
            sidecar("guarded", ports.take(), "--port", "http=" + guarded),
            sidecar("limited", ports.take(), "--port", "http=" + limited),
            sidecar("lasting", ports.take(), "--port", "http=" + lasting));
    for (URI each : ready) {
      awaitReady(each);
    }
  }

  /** Ends all of it. */
  void close() throws InterruptedException {
    closing.countDown();
    children.reversed().forEach(Child::terminate);
    for (Child child : children.reversed()) {
      child.end(10_000);
    }
    servers.values().forEach(server -> server.stop(0));
  }

  private static String text(String resource) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(VocabularyMesh.class.getResourceAsStream(resource), resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** What applications were asked: {@code NAME METHOD PATH HOST}. */
  Queue<String> asked() {
    return asked;
  }

  /** How often a path was asked for. */
  Map<String, Integer> tries() {
    return tries;
  }

  /** Who answers {@code /well} with 502, or, of {@code erring}, everything. */
  Set<String> sick() {
    return sick;
  }

  /** Changes what the control plane has. */
  void apply(String resources) throws IOException, InterruptedException {
    api.apply(resources);
  }

  /** An application is there no more. */
  void stop(String application) {
    Objects.requireNonNull(servers.get(application), application).stop(0);
  }

  /** What labels say of it. */
  private static String place(String region, String zone) {
    return "topology.kubernetes.io/region: %s, topology.kubernetes.io/zone: %s"
        .formatted(region, zone);
  }

  private static String workload(String name, String labels, int port) {
    return """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: Workload
        metadata: {name: %s, namespace: shop}
        spec: {service: %s, address: 127.0.0.1, ports: {http: %d}, labels: {%s}, sidecar: false}
        """
        .formatted(name, name.substring(0, name.indexOf('-')), port, labels);
  }

  private int application(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(name, exchange));
    server.start();
    servers.put(name, server);
    return server.getAddress().getPort();
  }

  /** Says what it was asked; the first tries of who wants it so are refused. */
  private void answer(String name, HttpExchange exchange) throws IOException {
    String line =
        String.join(
            " ",
            name,
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            exchange.getRequestHeaders().getFirst("host"));
    asked.add(line);
    int tried = tries.merge(exchange.getRequestURI().getPath(), 1, Integer::sum);
    String refuse = exchange.getRequestHeaders().getFirst("x-refuse");
    boolean refused = refuse != null && tried <= Integer.parseInt(refuse);
    byte[] body = line.getBytes(StandardCharsets.UTF_8);
    if (exchange.getRequestURI().getPath().equals("/lasts")) {
      last(exchange, body);
      return;
    }
    if (name.startsWith("loaded")) {
      String load = name.equals("loaded-1") ? "0.9" : "0.1";
      exchange
          .getResponseHeaders()
          .add("endpoint-load-metrics", "TEXT cpu_utilization=" + load + ",rps_fractional=10");
    }
    if (name.startsWith("moved")) {
      exchange.getResponseHeaders().add("location", "http://next.shop/is/here");
      exchange.sendResponseHeaders(302, -1);
      exchange.close();
      return;
    }
    boolean ill =
        sick.contains(name)
            && (name.startsWith("erring") || exchange.getRequestURI().getPath().equals("/well"));
    exchange.sendResponseHeaders(ill ? 502 : refused ? 418 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** Begins to answer, and does not end before the mesh does. */
  private void last(HttpExchange exchange, byte[] beginning) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(beginning);
    exchange.getResponseBody().flush();
    try {
      closing.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
  }

  /** Starts one; where it says that it is ready. */
  private URI sidecar(String service, int outbound, String... more)
      throws IOException, InterruptedException {
    Path data = Files.createDirectories(folder.resolve(service));
    Path token = Files.writeString(data.resolve("token"), api.token("shop", service));
    int admin = ports.take();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--control-plane", node.xds(),
                "--service", "shop/" + service,
                "--token-file", token.toString(),
                "--data", data.resolve("sidecar").toString(),
                "--address", "127.0.0.1",
                "--inbound", "127.0.0.1:" + ports.take(),
                "--outbound", "127.0.0.1:" + outbound,
                "--admin", "127.0.0.1:" + admin,
                "--health", "127.0.0.1:" + ports.take(),
                "--metrics", "127.0.0.1:" + ports.take(),
                "--concurrency", "1"));
    arguments.addAll(List.of(more));
    Child process =
        new Child(
            service + "'s sidecar",
            programs.proxy(arguments),
            Map.of(),
            data.resolve("sidecar.log"));
    children.add(process);
    process.start();
    return URI.create("http://127.0.0.1:" + admin + "/ready");
  }

  private void awaitReady(URI ready) throws IOException, InterruptedException {
    Demo.await(
        ready + " to answer",
        () -> {
          for (Child child : children) {
            child.mustLive();
          }
          return !api.text(ready).isEmpty();
        });
  }

  /** A whole answer; names of headers in lower case. */
  record Answer(int status, String head, String body) {}

  /** Asks by way of the caller's sidecar; headers are lines. */
  Answer call(String method, String host, String path, String... headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), caller)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request =
          method + " " + path + " HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n";
      for (String header : headers) {
        request += header + "\r\n";
      }
      socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.UTF_8));
      String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int end = text.indexOf("\r\n\r\n");
      String head =
          text.substring(0, end)
              .lines()
              .map(
                  line ->
                      line.substring(0, line.indexOf(':') + 1).toLowerCase(Locale.ROOT)
                          + line.substring(line.indexOf(':') + 1))
              .collect(Collectors.joining("\n"));
      return new Answer(
          Integer.parseInt(text.substring(9, 12)), head, text.substring(end + "\r\n\r\n".length()));
    }
  }
}
