package dev.weft.demo.run;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the programs of the mesh are started: from a distribution's {@code lib} folder, or from this
 * process's own class path (tests run so, before there is a distribution). With AOT caches where
 * there are some: a program that has one starts in half the CPU time.
 */
public final class Programs {
  /** The programs there are, and how each is run. */
  enum Program {
    CONTROL_PLANE("control-plane", "dev.weft.control.Main", List.of("-Xmx256m")),
    PROXY(
        "mesh-proxy",
        "dev.weft.proxy.Main",
        List.of(
            "-Xms16m",
            "-Xmn8m",
            "-Xmx64m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:TrimNativeHeapInterval=5000",
            "-Dio.netty.jfr.enabled=false")),
    /**
     * The same from a file: it loads other classes, and half of a sidecar's would be in its way.
     */
    STANDALONE_PROXY("standalone-proxy", PROXY.artifact, PROXY.main, PROXY.options),
    APP("demo-apps", "dev.weft.demo.Main", List.of("-Xmx48m", "-XX:TieredStopAtLevel=1"));

    private final String cache;
    private final String artifact;
    private final String main;
    private final List<String> options;

    Program(String artifact, String main, List<String> options) {
      this(artifact, artifact, main, options);
    }

    Program(String cache, String artifact, String main, List<String> options) {
      this.cache = cache;
      this.artifact = artifact;
      this.main = main;
      this.options = options;
    }

    /** The name of its cache; the launcher looks for the same. */
    String cacheFile() {
      return cache + ".aot";
    }
  }

  private static final List<String> COMMON =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "-XX:+UnlockDiagnosticVMOptions",
          "-XX:ArchiveRelocationMode=0",
          "-XX:-UsePerfData");

  private final String java;
  private final String lib;
  private final String classPath;
  private final @Nullable Path caches;

  /** What is still to be recorded for the caches; empty unless this is a training. */
  private final Set<Program> untrained;

  private Programs(
      String java, String lib, String classPath, @Nullable Path caches, Set<Program> untrained) {
    this.java = java;
    this.lib = lib;
    this.classPath = classPath;
    this.caches = caches;
    this.untrained = untrained;
  }

  /**
   * From the launcher's environment ({@code WEFT_LIB}, {@code WEFT_JAVA}, {@code WEFT_AOT}), or
   * from the class path without it.
   */
  public static Programs find() {
    String java =
        System.getenv().getOrDefault("WEFT_JAVA", System.getProperty("java.home") + "/bin/java");
    String caches = System.getenv().getOrDefault("WEFT_AOT", "");
    return new Programs(
        java,
        System.getenv().getOrDefault("WEFT_LIB", ""),
        jarsOnly(System.getProperty("java.class.path")),
        caches.isEmpty() ? null : Path.of(caches),
        EnumSet.noneOf(Program.class));
  }

  /** The same programs with the caches in a folder; those that are not there are not used. */
  Programs withCaches(Path folder) {
    return new Programs(java, lib, classPath, folder, EnumSet.noneOf(Program.class));
  }

  /** The same programs without caches, the first process of each writing its cache at its end. */
  Programs training(Path folder) {
    return new Programs(java, lib, classPath, folder, EnumSet.allOf(Program.class));
  }

  /** A cache cannot be made with folders on the class path; tests have one, of no use to others. */
  private static String jarsOnly(String classPath) {
    String jars =
        Arrays.stream(classPath.split(File.pathSeparator, -1))
            .filter(entry -> entry.endsWith(".jar"))
            .collect(Collectors.joining(File.pathSeparator));
    return jars.contains("demo-apps-") ? jars : classPath;
  }

  List<String> controlPlane(List<String> arguments) throws IOException {
    return command(Program.CONTROL_PLANE, arguments);
  }

  List<String> proxy(List<String> arguments) throws IOException {
    return command(Program.PROXY, arguments);
  }

  List<String> standaloneProxy(List<String> arguments) throws IOException {
    return command(Program.STANDALONE_PROXY, arguments);
  }

  List<String> demo(List<String> arguments) throws IOException {
    return command(Program.APP, arguments);
  }

  private List<String> command(Program program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java);
    command.addAll(COMMON);
    command.addAll(program.options);
    addCache(program, command);
    if (lib.isEmpty()) {
      command.addAll(List.of("-cp", classPath, program.main));
    } else {
      command.add("-Djava.library.path=" + Path.of(lib, "native", "META-INF", "native"));
      command.addAll(List.of("-jar", jar(program.artifact).toString()));
    }
    command.addAll(arguments);
    return command;
  }

  private void addCache(Program program, List<String> command) {
    if (caches == null) {
      return;
    }
    Path cache = caches.resolve(program.cacheFile());
    if (untrained.remove(program)) {
      command.add("-XX:AOTCacheOutput=" + cache);
    } else if (Files.exists(cache)) {
      command.add("-XX:AOTCache=" + cache);
    }
  }

  private Path jar(String artifact) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(lib))) {
      return files
          .filter(file -> file.getFileName().toString().matches(artifact + "-[0-9].*\\.jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + artifact + "-*.jar in " + lib));
    }
  }
}
