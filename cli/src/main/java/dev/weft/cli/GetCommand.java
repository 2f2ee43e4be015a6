package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "Shows resources; with --watch, goes on with every change.")
final class GetCommand extends ApiCommand {
  @Parameters(
      index = "0",
      paramLabel = "KIND",
      description = "Such as services, httproutes, trafficpolicies.")
  private String kind = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Only this one.")
  private @Nullable String name;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "Namespace (default: all for a list, 'default' for a name).")
  private @Nullable String namespace;

  @Option(
      names = {"-w", "--watch"},
      description = "Do not end; print changes as they happen.")
  private boolean watch;

  GetCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    Kinds wanted = Kinds.parse(kind);
    if (name != null) {
      String path =
          "/api/v1/resources/"
              + wanted.plural()
              + "/"
              + Api.segment(namespace == null ? "default" : namespace)
              + "/"
              + Api.segment(name);
      JsonNode one = api.get(path);
      if (output == Output.table) {
        table(wanted, List.of(one));
      } else {
        output.print(out(), one);
      }
    } else {
      JsonNode all =
          api.list(
              "/api/v1/resources/"
                  + wanted.plural()
                  + (namespace == null ? "" : "?namespace=" + Api.segment(namespace)));
      if (output == Output.table) {
        List<JsonNode> items = new ArrayList<>();
        all.path("items").forEach(items::add);
        table(wanted, items);
      } else {
        output.print(out(), all);
      }
    }
    return watch ? follow(api, wanted) : 0;
  }

  private int follow(Api api, Kinds wanted) {
    StringBuilder path = new StringBuilder("/api/v1/watch?kind=").append(wanted.plural());
    if (name != null || namespace != null) {
      path.append("&namespace=").append(Api.segment(namespace == null ? "default" : namespace));
    }
    if (name != null) {
      path.append("&name=").append(Api.segment(name));
    }
    out().flush();
    new WatchPrinter(out(), output).follow(api.lines(path.toString()));
    throw new CliException(
        "the control plane at " + api.server() + " ended the watch: run the command again");
  }

  private void table(Kinds wanted, List<JsonNode> items) {
    Table table = new Table("NAMESPACE", "NAME", wanted.heading());
    for (JsonNode item : items) {
      JsonNode metadata = item.path("metadata");
      table.row(
          metadata.path("namespace").asText("default"),
          metadata.path("name").asText(),
          wanted.summary(item.path("spec")));
    }
    if (table.isEmpty()) {
      terminal.err().println("no " + wanted.plural() + " found");
    } else {
      table.print(out());
    }
  }
}
