package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "wait",
    description = "Waits until every connected proxy runs a revision; fails if one refuses it.")
final class WaitCommand extends ApiCommand {
  /** What the control plane holds an answer back for at most. */
  private static final Duration LONGEST = Duration.ofMinutes(4);

  @Option(names = "--revision", required = true, paramLabel = "N", description = "Which one.")
  private long revision;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = TimeOption.class,
      description = "How long at most (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(30);

  WaitCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    long deadline = System.nanoTime() + timeout.toNanos();
    JsonNode report;
    do {
      Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
      Duration wait = left.compareTo(LONGEST) > 0 ? LONGEST : left;
      report =
          api.get(
              "/api/v1/revisions/" + revision + "/propagation?wait=" + TimeOption.text(wait), wait);
    } while (!report.path("complete").asBoolean()
        && !refused(report)
        && System.nanoTime() < deadline);
    boolean complete = report.path("complete").asBoolean();
    if (output != Output.table) {
      output.print(out(), report);
      return complete ? 0 : 1;
    }
    if (complete) {
      out()
          .println(
              "revision " + revision + " runs on " + report.path("proxies").size() + " proxies");
      return 0;
    }
    StringBuilder message =
        new StringBuilder(
            "revision " + revision + " does not run everywhere after " + TimeOption.text(timeout));
    for (JsonNode proxy : report.path("proxies")) {
      if (!proxy.path("state").asText().equals("active")) {
        message.append("\n  ").append(proxy.path("id").asText()).append(": ");
        message.append(proxy.path("state").asText());
        String reason = proxy.path("reason").asText("");
        message.append(reason.isEmpty() ? "" : ", " + reason);
      }
    }
    throw new CliException(message.toString());
  }

  private static boolean refused(JsonNode report) {
    for (JsonNode proxy : report.path("proxies")) {
      if (proxy.path("state").asText().equals("refused")) {
        return true;
      }
    }
    return false;
  }
}
