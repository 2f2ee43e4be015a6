package dev.weft.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code weft train}: makes the AOT caches of an installation. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Makes the JVM's AOT caches of this installation, so that its programs start in half the time.",
      "Runs a small mesh with traffic on loopback for that; takes about half a minute."
    })
public final class TrainCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DIR",
      description = "Where the caches go; the launcher fills it in.")
  private Path folder = Path.of("aot");

  @Override
  public Integer call() throws Exception {
    Path scratch = Files.createTempDirectory("weft-train-");
    long began = System.nanoTime();
    AotTraining.run(Programs.find(), folder, scratch, TrainCommand::progress);
    progress(
        String.format(Locale.ROOT, "caches written in %.0f s", (System.nanoTime() - began) / 1e9));
    delete(scratch);
    return 0;
  }

  private static void progress(String text) {
    System.err.println("weft train: " + text);
  }

  private static void delete(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }
}
