package dev.weft.demo.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What routes and policies say, from the REST interface to what applications see: a control plane,
 * a caller's sidecar and a service's, each a process of its own.
 */
class VocabularyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String MESH =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec: {ports: [{name: http, port: 80, protocol: http}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: next, namespace: shop}
      spec: {ports: [{name: http, port: 80, protocol: http}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: limited, namespace: shop}
      spec: {ports: [{name: http, port: 80, protocol: http}]}
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: catalog, namespace: shop}
      spec:
        parentRefs: [{kind: Service, group: "", name: catalog}]
        rules:
          - matches: [{path: {value: /copied}}]
            filters: [{type: RequestMirror, requestMirror: {backendRef: {name: next, port: 80}}}]
            backendRefs: [{name: catalog, port: 80}]
          - matches: [{path: {value: /whole}}]
            filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /all}}}]
            backendRefs: [{name: catalog, port: 80}]
          - matches: [{path: {value: /again}}]
            retry: {codes: [418], attempts: 2}
            backendRefs: [{name: catalog, port: 80}]
          - matches: [{path: {value: /browsers}}]
            filters: [{type: CORS, cors: {allowOrigins: ["https://*.shop.example"], allowMethods: [PUT], maxAge: 60}}]
            backendRefs: [{name: catalog, port: 80}]
          - backendRefs: [{name: catalog, port: 80}]
      ---
      apiVersion: weft.dev/v1alpha1
      kind: TrafficPolicy
      metadata: {name: catalog, namespace: shop}
      spec:
        targetRef: {kind: Service, name: catalog}
        loadBalancing: {policy: Maglev, hash: {on: [{header: x-user}]}}
        faults: {abort: {httpStatus: 503}, headers: [{name: x-fail, value: "1"}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: TrafficPolicy
      metadata: {name: limited, namespace: shop}
      spec:
        targetRef: {kind: Service, name: limited}
        rateLimit: {requests: 1, per: 1h, burst: 3}
        loadBalancing: {policy: LeastRequest, choices: 3, slowStart: {window: 1s}}
        timeouts: {maxStreamDuration: 1m}
        connectionPool: {maxRequestsPerConnection: 2, idle: 1m}
        retries: {statusCodes: [418], methods: [GET], perTryIdleTimeout: 5s, rateLimitedBackoff: {headers: [{name: retry-after}]}}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: TrafficPolicy
      metadata: {name: next, namespace: shop}
      spec: {targetRef: {kind: Service, name: next}, loadBalancing: {policy: PeakEwma, panicPercent: 0}}
      """;

  private static final List<HttpServer> servers = new ArrayList<>();
  private static final List<Child> children = new ArrayList<>();

  /** What applications were asked: {@code NAME METHOD PATH HOST}. */
  private static final Queue<String> asked = new ConcurrentLinkedQueue<>();

  private static final Map<String, Integer> tries = new ConcurrentHashMap<>();

  @TempDir static Path folder;
  private static int caller;

  @BeforeAll
  static void start() throws Exception {
    FreePorts ports = new FreePorts();
    Programs programs = Programs.find();
    ControlPlaneNode node =
        ControlPlaneNode.create(programs, ports, folder, 1, List.of()).getFirst();
    children.add(node.process());
    node.process().start();
    AdminApi api = new AdminApi(List.of(node.rest()));
    awaitReady(api, node.rest().resolve("/readyz"));

    StringBuilder mesh = new StringBuilder(MESH);
    for (String name : List.of("catalog-1", "catalog-2", "catalog-3", "next-1")) {
      mesh.append(workload(name, application(name)));
    }
    api.apply(mesh.toString());
    caller = ports.take();
    int limited = application("limited-1");
    List<URI> ready =
        List.of(
            sidecar(programs, ports, api, node, "edge", caller, List.of()),
            sidecar(
                programs,
                ports,
                api,
                node,
                "limited",
                ports.take(),
                List.of("--port", "http=" + limited)));
    for (URI each : ready) {
      awaitReady(api, each);
    }
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> call("GET", "catalog.shop", "/").status() == 200);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    children.reversed().forEach(Child::terminate);
    for (Child child : children.reversed()) {
      child.end(10_000);
    }
    servers.forEach(server -> server.stop(0));
  }

  @Test
  void copiesReachTheMirror() throws IOException {
    assertThat(call("GET", "catalog.shop", "/copied/1?a=b").status()).isEqualTo(200);

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(asked).contains("next-1 GET /copied/1?a=b catalog.shop-shadow"));
  }

  @Test
  void theWholePathIsReplacedAndTheQueryStays() throws IOException {
    assertThat(call("GET", "catalog.shop", "/whole/path?a=b").body())
        .contains(" GET /all?a=b catalog.shop");
  }

  @Test
  void anAnswerThatIsWorthItIsTriedAgain() throws IOException {
    assertThat(call("GET", "catalog.shop", "/again", "x-refuse: 2").status()).isEqualTo(200);
    assertThat(tries).containsEntry("/again", 3);
    assertThat(call("GET", "catalog.shop", "/once", "x-refuse: 2").status()).isEqualTo(418);
  }

  @Test
  void browsersOfTheOriginMayCall() throws IOException {
    String preflight = "access-control-request-method: PUT";
    Answer allowed =
        call("OPTIONS", "catalog.shop", "/browsers", "origin: https://www.shop.example", preflight);
    Answer other =
        call("OPTIONS", "catalog.shop", "/browsers", "origin: https://example.org", preflight);

    assertThat(allowed.status()).isEqualTo(200);
    assertThat(allowed.head())
        .contains(
            "access-control-allow-origin: https://www.shop.example",
            "access-control-allow-methods: PUT",
            "access-control-max-age: 60");
    assertThat(other.head()).doesNotContain("access-control-allow-origin");
    assertThat(call("GET", "catalog.shop", "/browsers", "origin: https://www.shop.example").head())
        .contains("access-control-allow-origin: https://www.shop.example");
    assertThat(asked).noneMatch(line -> line.contains("OPTIONS"));
  }

  @Test
  void requestsOfAUserGoToOneInstance() throws IOException {
    Set<String> all = new HashSet<>();
    for (int user = 0; user < 20; user++) {
      Set<String> instances = new HashSet<>();
      for (int i = 0; i < 3; i++) {
        instances.add(
            call("GET", "catalog.shop", "/", "x-user: user-" + user).body().split(" ", 2)[0]);
      }
      assertThat(instances).hasSize(1);
      all.addAll(instances);
    }
    assertThat(all).hasSizeGreaterThan(1);
  }

  @Test
  void whatShallFailFailsAndNothingElse() throws IOException {
    Answer failed = call("GET", "catalog.shop", "/fails", "x-fail: 1");

    assertThat(failed.status()).isEqualTo(503);
    assertThat(failed.body()).contains("fault filter abort");
    assertThat(asked).noneMatch(line -> line.contains("/fails"));
    assertThat(call("GET", "catalog.shop", "/", "x-fail: 2").status()).isEqualTo(200);
  }

  @Test
  void anInstanceTakesAsManyRequestsAsItMay() throws IOException {
    await()
        .atMost(PATIENCE)
        .until(() -> call("GET", "limited.shop", "/").status() == 200); // the first of three
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(call("GET", "limited.shop", "/").status());
    }

    assertThat(answers).containsExactly(200, 200, 429, 429);
  }

  private static String workload(String name, int port) {
    return """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: Workload
        metadata: {name: %s, namespace: shop}
        spec: {service: %s, address: 127.0.0.1, ports: {http: %d}, sidecar: false}
        """
        .formatted(name, name.substring(0, name.indexOf('-')), port);
  }

  private static int application(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> answer(name, exchange));
    server.start();
    servers.add(server);
    return server.getAddress().getPort();
  }

  /** Says what it was asked; the first tries of who wants it so are refused. */
  private static void answer(String name, HttpExchange exchange) throws IOException {
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
    exchange.sendResponseHeaders(refused ? 418 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** Starts one; where it says that it is ready. */
  private static URI sidecar(
      Programs programs,
      FreePorts ports,
      AdminApi api,
      ControlPlaneNode node,
      String service,
      int outbound,
      List<String> more)
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
    arguments.addAll(more);
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

  private static void awaitReady(AdminApi api, URI ready) throws IOException, InterruptedException {
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
  private record Answer(int status, String head, String body) {}

  private static Answer call(String method, String host, String path, String... headers)
      throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), caller)) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
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
