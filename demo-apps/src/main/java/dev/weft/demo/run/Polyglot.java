package dev.weft.demo.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Version 2 of three services in other languages: catalog in Go, recommendations in Python, cart in
 * Node. Their sources come with the distribution; they are built once into the demo's folder with
 * the toolchains of the machine.
 */
final class Polyglot {
  private static final ShopService GO = new ShopService("catalog-v2", "go", "grpc", 1);
  private static final ShopService PYTHON =
      new ShopService("recommendations-v2", "python", "grpc", 1);
  private static final ShopService NODE = new ShopService("cart-v2", "node", "grpc", 1);
  private final Path built;

  private Polyglot(Path built) {
    this.built = built;
  }

  /** Builds what is not built yet; an error names the toolchain that is missing. */
  static Polyglot build(Path folder, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path sources = sources();
    Path log = folder.resolve("build.log");
    Files.createDirectories(folder);
    progress.accept("building the Go catalog (log: " + log + ")");
    run(
        sources.resolve("go"),
        log,
        "go",
        "build",
        "-o",
        folder.resolve("catalog-v2").toAbsolutePath().toString(),
        ".");
    progress.accept("installing what the Python recommendations need");
    Path venv = folder.resolve("python").toAbsolutePath();
    if (!Files.exists(venv.resolve("bin/python"))) {
      run(sources, log, "python3", "-m", "venv", venv.toString());
    }
    run(
        sources.resolve("python"),
        log,
        venv.resolve("bin/python").toString(),
        "-m",
        "pip",
        "install",
        "-q",
        "-r",
        "requirements.txt");
    run(
        sources.resolve("python"),
        log,
        venv.resolve("bin/python").toString(),
        "-m",
        "grpc_tools.protoc",
        "-I",
        sources.resolve("proto").toString(),
        "--python_out=" + venv,
        "--grpc_python_out=" + venv,
        sources.resolve("proto/weft/shop/v1/shop.proto").toString());
    progress.accept("installing what the Node cart needs");
    Path node = folder.resolve("node").toAbsolutePath();
    Files.createDirectories(node);
    for (String file : List.of("package.json", "package-lock.json", "server.js")) {
      Files.copy(
          sources.resolve("node").resolve(file),
          node.resolve(file),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Files.copy(
        sources.resolve("proto/weft/shop/v1/shop.proto"),
        node.resolve("shop.proto"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    run(node, log, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
    return new Polyglot(folder.toAbsolutePath());
  }

  /** The services it adds. */
  List<ShopService> services() {
    return List.of(GO, PYTHON, NODE);
  }

  /** The command that starts one of them. */
  List<String> command(ShopService service, int port, String name) throws IOException {
    List<String> command =
        new ArrayList<>(
            switch (service.role()) {
              case "go" -> List.of(built.resolve("catalog-v2").toString());
              case "python" ->
                  List.of(
                      built.resolve("python/bin/python").toString(),
                      sources().resolve("python/server.py").toString());
              default -> List.of("node", built.resolve("node/server.js").toString());
            });
    command.addAll(List.of("--port", Integer.toString(port), "--name", name));
    return command;
  }

  /** Beside the libraries in a distribution, in the module of a checkout. */
  private static Path sources() throws IOException {
    String lib = System.getenv().getOrDefault("WEFT_LIB", "");
    for (Path candidate :
        List.of(
            Path.of(lib).resolve("../polyglot"),
            Path.of("polyglot"),
            Path.of("demo-apps/polyglot"))) {
      if (Files.exists(candidate.resolve("go/go.mod"))) {
        return candidate.toAbsolutePath().normalize();
      }
    }
    throw new IOException(
        "the sources of the polyglot services are not beside the libraries; use a whole distribution");
  }

  private static void run(Path folder, Path log, String... command)
      throws IOException, InterruptedException {
    Process process;
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      process = builder.start();
    } catch (IOException e) {
      throw new IOException(
          command[0]
              + " does not start ("
              + e.getMessage()
              + "); --polyglot needs Go, Python 3 and Node",
          e);
    }
    process.getOutputStream().close();
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " took more than 10 minutes; see " + log);
    }
    if (process.exitValue() != 0) {
      List<String> lines = Files.readAllLines(log);
      throw new IOException(
          String.join(" ", command)
              + " failed; the end of "
              + log
              + ":\n"
              + String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size())));
    }
  }
}
