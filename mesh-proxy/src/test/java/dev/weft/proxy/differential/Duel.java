package dev.weft.proxy.differential;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.bootstrap.BootstrapException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Envoy and Weft from the bootstrap of one file. They are started when they are needed first. */
final class Duel implements AutoCloseable {
  private final EnvoyProgram program;
  private final ScenarioFile file;
  private final Path folder;
  private final Certificates certificates;
  private final ExecutorService both = Executors.newVirtualThreadPerTaskExecutor();
  private Vertx vertx;
  private Side envoy;
  private Side weft;

  /** Why they did not start; null if they did. */
  private IllegalStateException failed;

  Duel(EnvoyProgram program, ScenarioFile file, Certificates certificates) throws Exception {
    this.program = program;
    this.file = file;
    this.certificates = certificates;
    this.folder =
        Files.createDirectories(Path.of("target", "differential", file.name()).toAbsolutePath());
  }

  /** What was seen of a scenario. */
  record Seen(Observation envoy, Observation weft) {}

  /** Plays a scenario on both at the same time. */
  Seen play(Scenario scenario) throws Exception {
    if (failed != null) {
      throw failed;
    }
    if (envoy == null) {
      try {
        start();
      } catch (Exception e) {
        failed = new IllegalStateException("the proxies of this file did not start", e);
        throw failed;
      }
    }
    Future<Observation> other = both.submit(() -> weft.play(scenario));
    Observation first = envoy.play(scenario);
    return new Seen(first, other.get());
  }

  private void start() throws Exception {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    Future<Side> other =
        both.submit(side("weft", (bootstrap, log) -> new WeftSubject(bootstrap, log)));
    envoy =
        side("envoy", (bootstrap, log) -> new EnvoySubject(program, folder, bootstrap, log)).call();
    weft = other.get();
  }

  private interface Start {
    Subject of(Path bootstrap, Path log) throws Exception;
  }

  private Callable<Side> side(String name, Start start) {
    return () -> {
      Path log = folder.resolve(name + "-access.log");
      Path events = folder.resolve(name + "-events.json");
      Files.deleteIfExists(log);
      Files.deleteIfExists(events);
      Upstreams upstreams = new Upstreams(vertx, file.upstreams(), certificates);
      Placeholders placeholders = Bootstraps.placeholders(log, events);
      upstreams.describe(placeholders);
      certificates.describe(placeholders);
      Path beside = Files.createDirectories(folder.resolve(name + "-files"));
      Bootstraps.write(beside, file.files(), placeholders);
      Path bootstrap =
          Bootstraps.write(
              folder.resolve(name + ".json"), file.bootstrap(), placeholders.and(file.with()));
      Subject subject = start.of(bootstrap, log);
      Masks masks = new Masks();
      upstreams.describe(masks);
      return new Side(
          vertx,
          subject,
          new GrowingFile(events),
          upstreams,
          certificates,
          masks,
          file.firstListener());
    };
  }

  /** What both say against a bootstrap with a scenario's values; null for nothing. */
  record Refusals(String envoy, String weft) {}

  Refusals refusals(Scenario scenario) throws Exception {
    Placeholders placeholders =
        Bootstraps.placeholders(folder.resolve("no.log"), folder.resolve("no.json"));
    certificates.describe(placeholders);
    file.upstreams().keySet().forEach(name -> placeholders.address(name, 1));
    placeholders.address("dead", 1);
    Path bootstrap =
        Bootstraps.write(
            folder.resolve("checked.json"),
            file.bootstrap(),
            placeholders.and(file.with()).and(scenario.with()));
    return new Refusals(program.refusal(bootstrap), weftsRefusal(bootstrap));
  }

  private static String weftsRefusal(Path bootstrap) throws Exception {
    try {
      Bootstrap.load(bootstrap);
      return null;
    } catch (BootstrapException e) {
      return e.getMessage();
    }
  }

  @Override
  public void close() {
    both.close();
    try {
      for (Side side : new Side[] {envoy, weft}) {
        if (side != null) {
          side.close();
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    if (vertx != null) {
      vertx.close().await();
    }
  }
}
