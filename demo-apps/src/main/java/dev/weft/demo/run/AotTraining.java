package dev.weft.demo.run;

import dev.weft.demo.load.LoadGenerator;
import dev.weft.demo.load.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes the AOT caches of the JVM (JEP 483, 514, 515): runs a small mesh with real traffic once;
 * each program writes down at its end which classes it loaded and linked and which methods were
 * hot. A sidecar that starts with its cache needs half the CPU time and is warm sooner.
 */
final class AotTraining {
  /** Through both HTTP versions, both directions of a sidecar, mutual TLS and routes. */
  private static final Set<Mode> MODES = EnumSet.of(Mode.UNARY, Mode.STOREFRONT);

  private static final List<ShopService> SERVICES =
      List.of(
          new ShopService("storefront", "storefront", "http", 1),
          new ShopService("catalog", "catalog", "grpc", 1),
          new ShopService("visitor", "", "", 1));
  private static final int RATE = 300;
  private static final int CALLS = 1500;
  private static final long WRITING_MILLIS = TimeUnit.MINUTES.toMillis(3);

  private AotTraining() {}

  /**
   * Writes a cache for each program, and returns when all are there.
   *
   * @param caches where to; made if it is not there, replaced only when everything went well
   * @throws IOException if a program did not write its cache, with where its log is
   */
  static void run(Programs programs, Path caches, Path scratch, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path fresh = scratch.resolve("aot");
    Files.createDirectories(fresh);
    DemoOptions options = new DemoOptions(scratch, 1, RATE, false, List.of());
    Programs training = programs.training(fresh);
    try (Demo demo = Demo.start(options, training, SERVICES, MODES, progress)) {
      work(demo.load());
      trainStandalone(training, scratch, demo, progress);
      progress.accept("writing the caches");
      demo.end(WRITING_MILLIS);
    }
    keep(fresh, caches, scratch);
  }

  /** A proxy that is configured by a file takes the place of a sidecar. */
  private static void trainStandalone(
      Programs training, Path scratch, Demo demo, Consumer<String> progress)
      throws IOException, InterruptedException {
    progress.accept("starting a standalone proxy");
    StandaloneProxy proxy =
        StandaloneProxy.start(
            training, scratch, demo.instance("storefront-1"), demo.instance("catalog-1"));
    try (LoadGenerator load =
        new LoadGenerator("127.0.0.1", proxy.port(), MODES, RATE, demo.disruptions())) {
      Demo.await(
          "the standalone proxy",
          () -> {
            proxy.process().mustLive();
            return !demo.api().text(proxy.ready()).isEmpty();
          });
      work(load);
      proxy.process().terminate();
    } finally {
      proxy.process().end(WRITING_MILLIS);
    }
  }

  private static void work(LoadGenerator load) throws IOException, InterruptedException {
    load.start();
    Demo.await(CALLS + " right calls", () -> Summary.right(load) >= CALLS);
    load.stop(TimeUnit.SECONDS.toMillis(10));
  }

  private static void keep(Path fresh, Path caches, Path scratch) throws IOException {
    Files.createDirectories(caches);
    for (Programs.Program program : Programs.Program.values()) {
      Path cache = fresh.resolve(program.cacheFile());
      if (!Files.exists(cache)) {
        throw new IOException(
            "the JVM wrote no " + program.cacheFile() + "; the logs are in " + scratch);
      }
    }
    for (Programs.Program program : Programs.Program.values()) {
      Files.move(
          fresh.resolve(program.cacheFile()),
          caches.resolve(program.cacheFile()),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
