package dev.weft.demo.run;

import dev.weft.demo.load.Disruptions;
import dev.weft.demo.load.LoadGenerator;
import dev.weft.demo.load.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A mesh on loopback: control plane, shop, one sidecar for each instance, load. Everything it
 * starts ends with {@link #close}.
 */
public final class Demo implements AutoCloseable {
  private static final long START_TIMEOUT_SECONDS = 180;

  /** How many instances start at the same time. */
  private static final int WAVE = 2 * Math.max(2, Runtime.getRuntime().availableProcessors());

  private final List<ControlPlaneNode> nodes;
  private final List<ShopInstance> instances = new ArrayList<>();
  private final AdminApi api;
  private final Disruptions disruptions = new Disruptions();
  private final int rate;
  private final Set<Mode> modes;
  private final Consumer<String> progress;
  private @Nullable LoadGenerator load;

  private Demo(List<ControlPlaneNode> nodes, int rate, Set<Mode> modes, Consumer<String> progress) {
    this.nodes = nodes;
    this.rate = rate;
    this.modes = modes;
    this.progress = progress;
    this.api = new AdminApi(nodes.stream().map(ControlPlaneNode::rest).toList());
  }

  /** Starts everything and returns when a call of every mode has come back right. */
  public static Demo start(DemoOptions options, Programs programs, Consumer<String> progress)
      throws IOException, InterruptedException {
    return start(options, programs, ShopService.ALL, EnumSet.allOf(Mode.class), progress);
  }

  /** The same with some of the services, and calls of the modes that these serve. */
  static Demo start(
      DemoOptions options,
      Programs programs,
      List<ShopService> services,
      Set<Mode> modes,
      Consumer<String> progress)
      throws IOException, InterruptedException {
    FreePorts ports = new FreePorts();
    Files.createDirectories(options.folder());
    progress.accept("starting " + options.nodes() + " control-plane node(s)");
    Demo demo =
        new Demo(
            ControlPlaneNode.create(
                programs, ports, options.folder(), options.nodes(), options.controlPlaneOptions()),
            options.rate(),
            modes,
            progress);
    Runtime.getRuntime().addShutdownHook(new Thread(demo::killAll));
    try {
      demo.startAll(programs, ports, options, services);
      return demo;
    } catch (IOException | InterruptedException | RuntimeException e) {
      demo.close();
      throw e;
    }
  }

  private void startAll(
      Programs programs, FreePorts ports, DemoOptions options, List<ShopService> shop)
      throws IOException, InterruptedException {
    for (ControlPlaneNode node : nodes) {
      node.process().start();
      awaitReady(node);
    }
    api.apply(shop());
    String xds = String.join(",", nodes.stream().map(ControlPlaneNode::xds).toList());
    List<ShopService> services = new ArrayList<>(shop);
    Polyglot polyglot = null;
    if (options.polyglot()) {
      polyglot = Polyglot.build(options.folder().resolve("polyglot"), progress);
      services.addAll(polyglot.services());
    }
    for (ShopService service : services) {
      String token = api.token("shop", service.name());
      for (int i = 1; i <= service.instances(); i++) {
        instances.add(
            ShopInstance.create(
                programs,
                ports,
                options.folder(),
                service,
                i,
                token,
                xds,
                appCommand(programs, service, polyglot)));
      }
    }
    progress.accept("starting " + instances.size() + " sidecars and their services");
    startInWaves();
    LoadGenerator generator = newLoad(rate);
    load = generator;
    progress.accept("waiting for the first right answers");
    awaitShop(generator);
  }

  /** All at once they would only be in each other's way, until somebody's time is out. */
  private void startInWaves() throws IOException, InterruptedException {
    for (int from = 0; from < instances.size(); from += WAVE) {
      List<ShopInstance> wave = instances.subList(from, Math.min(from + WAVE, instances.size()));
      for (ShopInstance instance : wave) {
        instance.start();
      }
      for (ShopInstance instance : wave) {
        awaitReady(instance);
      }
    }
  }

  private static ShopInstance.@Nullable AppCommandLine appCommand(
      Programs programs, ShopService service, @Nullable Polyglot polyglot) {
    if (service.role().isEmpty()) {
      return null;
    }
    if (polyglot != null && polyglot.services().contains(service)) {
      return (port, name, outbound) -> polyglot.command(service, port, name);
    }
    return (port, name, outbound) ->
        programs.demo(
            List.of(
                "app",
                service.role(),
                "--port",
                Integer.toString(port),
                "--name",
                name,
                "--outbound",
                outbound));
  }

  private static String shop() throws IOException {
    try (InputStream yaml = Demo.class.getResourceAsStream("/dev/weft/demo/shop.yaml")) {
      if (yaml == null) {
        throw new IOException("shop.yaml is missing from the demo's jar; build it again");
      }
      return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Returns when a control-plane node says it is ready. */
  void awaitReady(ControlPlaneNode node) throws IOException, InterruptedException {
    await(
        node.name() + " to be ready",
        () -> {
          node.process().mustLive();
          return !api.text(node.rest().resolve("/readyz")).isEmpty();
        });
  }

  /** Returns when an instance's sidecar says it is ready and its application listens. */
  void awaitReady(ShopInstance instance) throws IOException, InterruptedException {
    await(
        instance.name() + " to be ready",
        () -> {
          instance.mustLive();
          return instance.appListens() && !api.text(instance.admin("/ready")).isEmpty();
        });
  }

  private void awaitShop(LoadGenerator generator) throws IOException, InterruptedException {
    await("the shop to answer", () -> generator.probe(5000));
  }

  /** Something to wait for; an exception says that waiting is in vain. */
  interface Condition {
    boolean met() throws IOException, InterruptedException;
  }

  static void await(String what, Condition condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
    while (!condition.met()) {
      if (System.nanoTime() > end) {
        throw new IOException(
            "waited " + START_TIMEOUT_SECONDS + " s in vain for " + what + "; see the logs");
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  /** The control plane's REST API. */
  public AdminApi api() {
    return api;
  }

  /** The page of the first node. */
  public URI page() {
    return nodes.getFirst().rest().resolve("/");
  }

  /** The load, running or not. */
  public LoadGenerator load() {
    LoadGenerator generator = load;
    if (generator == null) {
      throw new IllegalStateException("the demo has not started");
    }
    return generator;
  }

  /** Another load, not yet started; whoever asks for it closes it. */
  LoadGenerator newLoad(int rate) throws IOException {
    return new LoadGenerator(
        "127.0.0.1", instance("visitor-1").outboundPort(), modes, rate, disruptions);
  }

  /** What is being killed on purpose. */
  public Disruptions disruptions() {
    return disruptions;
  }

  List<ControlPlaneNode> nodes() {
    return nodes;
  }

  List<ShopInstance> instances() {
    return instances;
  }

  ShopInstance instance(String name) throws IOException {
    return instances.stream()
        .filter(instance -> instance.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException("no instance " + name));
  }

  private void killAll() {
    try {
      for (ShopInstance instance : instances) {
        instance.kill();
      }
      for (ControlPlaneNode node : nodes) {
        node.process().kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends every process: the sidecars and services first, so that they can say goodbye.
   *
   * @param timeoutMillis for each to end by itself before it is killed
   */
  void end(long timeoutMillis) throws InterruptedException {
    instances.forEach(ShopInstance::terminate);
    for (ShopInstance instance : instances) {
      instance.end(timeoutMillis);
    }
    nodes.forEach(node -> node.process().terminate());
    for (ControlPlaneNode node : nodes) {
      node.process().end(timeoutMillis);
    }
  }

  @Override
  public void close() {
    progress.accept("stopping");
    if (load != null) {
      load.close();
    }
    try {
      end(15_000);
    } catch (InterruptedException e) {
      killAll();
      Thread.currentThread().interrupt();
    }
  }
}
