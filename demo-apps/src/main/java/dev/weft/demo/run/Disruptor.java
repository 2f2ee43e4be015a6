package dev.weft.demo.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes trouble on purpose while the load runs: routes that change every second, instances and a
 * control-plane node killed and started again. What must hold is said by the load's counts.
 */
public final class Disruptor implements AutoCloseable {
  private final Demo demo;
  private final List<String> log = new ArrayList<>();
  private final Thread routes;
  private volatile boolean stopped;
  private volatile int changes;
  private volatile String failure = "";

  /** Starts to change a route every second. */
  public Disruptor(Demo demo) {
    this.demo = demo;
    this.routes = Thread.ofPlatform().name("route-changes").daemon(true).start(this::changeRoutes);
  }

  private void changeRoutes() {
    int number = 0;
    while (!stopped) {
      try {
        demo.api().apply(route(number++));
        changes++;
        TimeUnit.SECONDS.sleep(1);
      } catch (IOException e) {
        failure = "a route change was not accepted: " + e.getMessage();
        return;
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /** A route to the ledger that says the same in ever other words. */
  static String route(int number) {
    return """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: ledger-changing, namespace: shop}
        spec:
          parentRefs: [{kind: Service, group: "", name: ledger, port: 8080}]
          rules:
            - matches: [{path: {type: PathPrefix, value: /never-%d}}]
              backendRefs: [{name: storefront, port: 8080}]
            - matches: [{path: {type: PathPrefix, value: /}}]
              backendRefs: [{name: ledger, port: 8080, weight: %d}]
        """
        .formatted(number, 1 + number % 7);
  }

  /**
   * Kills one instance of every service and starts it again, one service after the other; between
   * two of them it ends early if this is closed.
   */
  public void killInstances() throws IOException, InterruptedException {
    for (ShopService service : ShopService.ALL) {
      if (service.role().isEmpty()) {
        continue;
      }
      if (stopped) {
        return;
      }
      ShopInstance victim = demo.instance(service.name() + "-1");
      log.add("killed " + victim.name());
      boolean only = service.instances() == 1;
      demo.disruptions().begin(victim.name());
      if (only) {
        demo.disruptions().begin(service.name());
      }
      victim.kill();
      TimeUnit.SECONDS.sleep(1);
      victim.start();
      demo.awaitReady(victim);
      demo.disruptions().end(victim.name());
      if (only) {
        demo.disruptions().end(service.name());
      }
    }
  }

  /** Kills a control-plane node and starts it again. */
  public void killNode(int index) throws IOException, InterruptedException {
    ControlPlaneNode node = demo.nodes().get(index);
    log.add("killed " + node.name());
    node.process().kill();
    TimeUnit.SECONDS.sleep(3);
    node.process().start();
    demo.awaitReady(node);
  }

  /** How many route changes were accepted. */
  public int changeCount() {
    return changes;
  }

  /** Why route changes ended; empty while they go on. */
  public String failure() {
    return failure;
  }

  /** What was done, in order. */
  public List<String> log() {
    return List.copyOf(log);
  }

  /** Begins nothing new; what is down is brought back by whoever brought it down. */
  public void stop() {
    stopped = true;
  }

  @Override
  public void close() throws InterruptedException {
    stop();
    routes.interrupt();
    routes.join(10_000);
  }
}
