package dev.weft.demo.run;

import dev.weft.demo.load.LoadGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code weft demo}: the whole mesh on loopback, with a shop, and load that checks every answer.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Starts a control plane, a shop with a sidecar beside every instance, and load that checks every answer.",
      "Everything runs on loopback and ends with this command."
    })
public final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--for",
      converter = Seconds.class,
      description =
          "End by itself after this time (60s, 5m), print a summary, and exit 0 only if no call failed unexpectedly.")
  private @Nullable Duration length;

  @Option(
      names = "--rate",
      defaultValue = "600",
      description = "Calls per second (default: ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--polyglot",
      description =
          "Version 2 of three services in Go, Python and Node, half of the traffic to each.")
  private boolean polyglot;

  @Option(
      names = "--nodes",
      defaultValue = "1",
      description = "Control-plane nodes (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(names = "--no-ui", description = "Do not print the address of the page.")
  private boolean noUi;

  @Option(
      names = "--disrupt",
      description =
          "Meanwhile change a route every second, renew certificates every 30 s, and kill and restart a control-plane"
              + " node, if there are several, and one instance of every service.")
  private boolean disrupt;

  @Option(names = "--data", description = "Folder for data and logs (default: a temporary one).")
  private @Nullable Path folder;

  @Override
  public Integer call() throws Exception {
    if (rate < 1 || rate > 100_000 || nodes < 1 || nodes > 5) {
      System.err.println("weft demo: --rate must be 1..100000 and --nodes 1..5");
      return 2;
    }
    Path data = folder == null ? Files.createTempDirectory("weft-demo-") : folder;
    long began = System.nanoTime();
    progress("data and logs are in " + data);
    DemoOptions options =
        new DemoOptions(
            data, nodes, rate, polyglot, disrupt ? List.of("--workload-ttl", "1m") : List.of());
    try (Demo demo = Demo.start(options, Programs.find(), DemoCommand::progress)) {
      progress(
          String.format(
              Locale.ROOT, "the mesh serves after %.1f s", (System.nanoTime() - began) / 1e9));
      if (polyglot) {
        demo.api().apply(Routes.split());
      }
      if (!noUi) {
        System.out.println("page: " + demo.page());
      }
      System.out.flush();
      run(demo);
      System.out.print(Summary.whole(demo));
      System.out.flush();
      return Summary.wrong(demo.load()) == 0 ? 0 : 1;
    }
  }

  private void run(Demo demo) throws Exception {
    LoadGenerator load = demo.load();
    load.start();
    if (disrupt) {
      try (Disruptor disruptor = new Disruptor(demo)) {
        Thread trouble = Thread.ofPlatform().daemon(true).start(() -> disturb(disruptor));
        watch(load);
        disruptor.stop();
        trouble.join();
        progress("meanwhile: " + String.join(", ", disruptor.log()));
        if (!disruptor.failure().isEmpty()) {
          throw new IOException(disruptor.failure());
        }
      }
    } else {
      watch(load);
    }
    load.stop(15_000);
  }

  private void disturb(Disruptor disruptor) {
    try {
      if (nodes > 1) {
        disruptor.killNode(1);
      }
      disruptor.killInstances();
    } catch (IOException e) {
      progress("could not disturb further: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch(LoadGenerator load) throws InterruptedException {
    boolean terminal = System.console() != null && System.console().isTerminal();
    long end = length == null ? Long.MAX_VALUE : length.toSeconds();
    long before = 0;
    for (long second = 1; second <= end; second++) {
      TimeUnit.SECONDS.sleep(1);
      long right = Summary.right(load);
      if (terminal) {
        String table = Summary.table(load);
        System.out.print(
            (second == 1 ? "" : "\u001b[" + (table.lines().count() + 1) + "A")
                + "\u001b[J"
                + table
                + Summary.line(load, second, before)
                + System.lineSeparator());
      } else if (second % 10 == 0 || second == end) {
        System.out.println(Summary.line(load, second, before));
      }
      System.out.flush();
      before = right;
    }
    if (terminal && end != Long.MAX_VALUE) {
      System.out.println();
    }
  }

  private static void progress(String text) {
    System.err.println("weft demo: " + text);
  }

  /** A length of time as people write it: {@code 90s}, {@code 5m}, {@code 1h}. */
  static final class Seconds implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      if (!text.matches("[1-9][0-9]{0,6}[smh]")) {
        throw new TypeConversionException("'" + text + "' is no time; write 90s, 5m or 1h");
      }
      long number = Long.parseLong(text, 0, text.length() - 1, 10);
      return switch (text.charAt(text.length() - 1)) {
        case 's' -> Duration.ofSeconds(number);
        case 'm' -> Duration.ofMinutes(number);
        default -> Duration.ofHours(number);
      };
    }
  }
}
