package dev.weft.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A command that talks to the control plane, and the options all of these share. */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
abstract class ApiCommand implements Callable<Integer> {
  private static final String DEFAULT_SERVER = "http://127.0.0.1:7070";

  final Terminal terminal;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "Control plane (default: WEFT_SERVER, else " + DEFAULT_SERVER + ").")
  private @Nullable String server;

  @Option(
      names = "--admin-token-file",
      paramLabel = "FILE",
      description =
          "Holds the admin token (default: WEFT_TOKEN, else the file in WEFT_TOKEN_FILE).")
  private @Nullable Path tokenFile;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Output output = Output.table;

  @Option(names = "--verbose", description = "Show the stack of an error.")
  boolean verbose;

  ApiCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Does the command's work; returns the exit code. */
  abstract int run(Api api);

  @Override
  public final Integer call() {
    int code = run(api());
    terminal.out().flush();
    return code;
  }

  final PrintWriter out() {
    return terminal.out();
  }

  private Api api() {
    String url = server == null ? terminal.variable("WEFT_SERVER", DEFAULT_SERVER) : server;
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException e) {
      throw notAUrl(url);
    }
    if (uri.getHost() == null || !String.valueOf(uri.getScheme()).matches("https?")) {
      throw notAUrl(url);
    }
    String author = terminal.variable("USER", "").replaceAll("[^!-~]", "");
    return new Api(uri, token(), author.substring(0, Math.min(100, author.length())));
  }

  private String token() {
    Path file = tokenFile;
    if (file == null) {
      String given = terminal.variable("WEFT_TOKEN", "");
      String named = terminal.variable("WEFT_TOKEN_FILE", "");
      if (!given.isEmpty() || named.isEmpty()) {
        return given.strip();
      }
      file = Path.of(named);
    }
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CliException(
          "cannot read the admin token in " + file + ": name another file with --admin-token-file",
          e);
    }
  }

  private static CliException notAUrl(String url) {
    return new CliException(
        "'" + url + "' is not the URL of a control plane, such as " + DEFAULT_SERVER);
  }
}
