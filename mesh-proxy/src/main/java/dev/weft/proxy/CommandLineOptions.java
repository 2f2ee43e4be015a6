package dev.weft.proxy;

import java.io.IOException;
import java.io.PrintWriter;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.help.HelpFormatter;
import org.apache.commons.cli.help.TextHelpAppendable;
import org.jspecify.annotations.Nullable;

/**
 * The options of the proxy. Commons CLI, not picocli as elsewhere: picocli's classes are compiled
 * for Java 5, which no AOT cache takes, and reading its annotations is a tenth of a start.
 */
final class CommandLineOptions {
  private static final int WIDTH = 100;

  private CommandLineOptions() {}

  static Options all() {
    Options all = new Options();
    add(all, "bootstrap", "FILE", "Envoy v3 bootstrap, YAML or JSON");
    add(all, "mode", "serve|validate", "validate checks the bootstrap and exits (default: serve)");
    add(all, "control-plane", "H:P", "xDS address of a control-plane node; several by commas");
    add(all, "service", "NS/NAME", "the service this instance is of");
    add(all, "token-file", "FILE", "join token from `weft token create`");
    add(
        all,
        "port",
        "NAME=APP_PORT",
        "a port of the service and where the application listens; may be repeated");
    add(all, "labels", "k=v", "labels of this instance; several by commas");
    add(
        all,
        "upstream",
        "NS/NAME:PORT=LOCAL",
        "a TCP service to be reached at a local port, 0 for any; may be repeated");
    add(
        all,
        "data",
        "DIR",
        "folder for what survives a restart (default for a sidecar: weft-data/NAME.NS; for a"
            + " bootstrap with a control plane: none)");
    add(all, "address", "IP", "where other sidecars reach this one (default: 127.0.0.1)");
    add(
        all,
        "inbound",
        "H:P",
        "for the mesh's connections (default: 0.0.0.0:15006); port 0 for any");
    add(all, "outbound", "H:P", "for the application's calls (default: 127.0.0.1:15001)");
    add(all, "admin", "H:P", "admin interface (default: 127.0.0.1:15000, or the bootstrap's)");
    add(all, "health", "H:P", "readiness (default for a sidecar: 0.0.0.0:15021)");
    add(all, "metrics", "H:P", "Prometheus (default for a sidecar: 0.0.0.0:15090)");
    add(all, "concurrency", "N", "event loops (default: one for each processor)");
    add(all, "drain-time", "10s", "how long open requests may take to finish (default: 10s)");
    add(
        all,
        "access-log",
        "FILE|-",
        "a line for every request; - is standard output (default: none)");
    add(
        all,
        "access-log-format",
        "json|text|FORMAT",
        "json, text, or a line with Envoy's command operators (default: json)");
    add(all, "verbose", null, "show the stack of errors");
    all.addOption("h", "help", false, "show this help and end");
    all.addOption("V", "version", false, "show the version and end");
    return all;
  }

  private static void add(Options all, String name, @Nullable String value, String description) {
    Option.Builder option = Option.builder().longOpt(name).desc(description);
    all.addOption((value == null ? option : option.hasArg().argName(value)).get());
  }

  /** Writes what {@code --help} shows. */
  static void help(PrintWriter out) {
    TextHelpAppendable page = new TextHelpAppendable(out);
    page.setMaxWidth(WIDTH);
    try {
      HelpFormatter.builder()
          .setHelpAppendable(page)
          .setShowSince(false)
          .setComparator((_, _) -> 0)
          .get()
          .printHelp(
              "weft proxy [options]",
              "Runs a sidecar of a mesh, or a standalone proxy from an Envoy v3 bootstrap.",
              all(),
              "",
              false);
    } catch (IOException e) {
      throw new IllegalStateException("a writer that keeps its errors threw one", e);
    }
    out.flush();
  }
}
