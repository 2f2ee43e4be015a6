package dev.weft.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the programs of the mesh are started: from a distribution's {@code lib} folder, or from this
 * process's own class path (tests run so, before there is a distribution).
 */
public final class Programs {
  private static final List<String> COMMON =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:-UsePerfData");

  private final String java;
  private final Path lib;
  private final String classPath;

  private Programs(String java, Path lib, String classPath) {
    this.java = java;
    this.lib = lib;
    this.classPath = classPath;
  }

  /**
   * From the launcher's environment ({@code WEFT_LIB}, {@code WEFT_JAVA}), or from the class path
   * without it.
   */
  public static Programs find() {
    String java =
        System.getenv().getOrDefault("WEFT_JAVA", System.getProperty("java.home") + "/bin/java");
    return new Programs(
        java,
        Path.of(System.getenv().getOrDefault("WEFT_LIB", "")),
        System.getProperty("java.class.path"));
  }

  List<String> controlPlane(List<String> arguments) throws IOException {
    return command("control-plane", "dev.weft.control.Main", List.of("-Xmx256m"), arguments);
  }

  List<String> proxy(List<String> arguments) throws IOException {
    return command(
        "mesh-proxy",
        "dev.weft.proxy.Main",
        List.of("-Xms32m", "-Xmx64m", "-XX:MaxDirectMemorySize=64m"),
        arguments);
  }

  List<String> demo(List<String> arguments) throws IOException {
    return command(
        "demo-apps",
        "dev.weft.demo.Main",
        List.of("-Xmx48m", "-XX:TieredStopAtLevel=1"),
        arguments);
  }

  private List<String> command(
      String artifact, String main, List<String> options, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java);
    command.addAll(COMMON);
    command.addAll(options);
    if (lib.toString().isEmpty()) {
      command.addAll(List.of("-cp", classPath, main));
    } else {
      command.addAll(List.of("-jar", jar(artifact).toString()));
    }
    command.addAll(arguments);
    return command;
  }

  private Path jar(String artifact) throws IOException {
    try (Stream<Path> files = Files.list(lib)) {
      return files
          .filter(file -> file.getFileName().toString().matches(artifact + "-[0-9].*\\.jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + artifact + "-*.jar in " + lib));
    }
  }
}
