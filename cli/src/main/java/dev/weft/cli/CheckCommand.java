package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

@Command(
    name = "check",
    description = "Checks an installation, and says what is wrong and how to mend it.")
final class CheckCommand extends ApiCommand {
  private static final Duration ROOT_MARGIN = Duration.ofDays(90);
  private static final Duration INTERMEDIATE_MARGIN = Duration.ofDays(30);

  private final List<Finding> findings = new ArrayList<>();

  private enum Verdict {
    ok,
    warning,
    failed
  }

  private record Finding(Verdict verdict, String what, String remedy) {}

  CheckCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    checkReadiness(api);
    checkNodes(api.get("/api/v1/nodes").path("items"));
    checkAuthority(api.get("/api/v1/ca"), Instant.now());
    checkProxies(api.list("/api/v1/proxies").path("items"));
    print();
    return findings.stream().anyMatch(each -> each.verdict() == Verdict.failed) ? 1 : 0;
  }

  private void checkReadiness(Api api) {
    // Unreachable is an error of the command, not a finding: nothing else could be checked.
    api.get("/healthz");
    try {
      api.get("/readyz");
      ok("control plane at " + api.server() + " is ready");
    } catch (CliException e) {
      failed("control plane is not ready: " + e.getMessage(), "look at its log");
    }
  }

  private void checkNodes(JsonNode nodes) {
    for (JsonNode node : nodes) {
      String name = "node " + node.path("name").asText();
      if (!node.path("alive").asBoolean()) {
        failed(
            name + " was last seen at " + node.path("seenAt").asText(),
            "start it, or wait until its sidecars have gone to other nodes");
      } else if (!node.path("member").asBoolean()) {
        warning(
            name + " is alive but not in the cluster: changes reach it late",
            "give it --join with the cluster address of another node");
      } else {
        ok(name + " is alive and in the cluster");
      }
    }
  }

  private void checkAuthority(JsonNode ca, Instant now) {
    expiry("the CA's root", ca.path("rootNotAfter").asText(), ROOT_MARGIN, now);
    expiry(
        "the CA's intermediate",
        ca.path("intermediateNotAfter").asText(),
        INTERMEDIATE_MARGIN,
        now);
  }

  private void expiry(String what, String end, Duration margin, Instant now) {
    Instant notAfter = Instant.parse(end);
    if (notAfter.isBefore(now)) {
      failed(what + " ended at " + end, "check the clocks of this host and of the control plane");
    } else if (notAfter.isBefore(now.plus(margin))) {
      warning(
          what + " ends at " + end, "look in the control plane's log for why it is not renewed");
    } else {
      ok(what + " is valid until " + end);
    }
  }

  private void checkProxies(JsonNode proxies) {
    int healthy = 0;
    for (JsonNode proxy : proxies) {
      String id = "proxy " + proxy.path("id").asText();
      if (!proxy.path("connected").asBoolean()) {
        warning(
            id + " is not connected since " + proxy.path("since").asText(),
            "look whether it runs and reaches the xDS port");
      } else if (!proxy.path("refusals").isEmpty()) {
        JsonNode first = proxy.path("refusals").get(0);
        failed(
            id
                + " refuses "
                + first.path("resource").asText()
                + ": "
                + first.path("reason").asText(),
            "correct the configuration, or 'weft rollback' to a revision it runs");
      } else {
        healthy++;
      }
    }
    ok(healthy + " of " + proxies.size() + " proxies are connected and refuse nothing");
  }

  private void print() {
    if (output != Output.table) {
      ObjectNode all = JsonNodeFactory.instance.objectNode();
      ArrayNode items = all.putArray("items");
      for (Finding each : findings) {
        items
            .addObject()
            .put("verdict", each.verdict().name())
            .put("what", each.what())
            .put("remedy", each.remedy());
      }
      output.print(out(), all);
      return;
    }
    for (Finding each : findings) {
      String remedy = each.remedy().isEmpty() ? "" : "; " + each.remedy();
      out().println(each.verdict() + ": " + each.what() + remedy);
    }
  }

  private void ok(String what) {
    findings.add(new Finding(Verdict.ok, what, ""));
  }

  private void warning(String what, String remedy) {
    findings.add(new Finding(Verdict.warning, what, remedy));
  }

  private void failed(String what, String remedy) {
    findings.add(new Finding(Verdict.failed, what, remedy));
  }
}
