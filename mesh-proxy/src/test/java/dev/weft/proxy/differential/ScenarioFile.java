package dev.weft.proxy.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * A topic: one bootstrap and what is done with it. The form is in docs/testing.md.
 *
 * @param upstreams the endpoints by name
 * @param files what stands beside the bootstrap, by name
 * @param with values for the bootstrap's placeholders where a scenario says nothing
 */
record ScenarioFile(
    String name,
    Map<String, Kind> upstreams,
    Map<String, Node> files,
    Map<String, Node> with,
    Node bootstrap,
    List<Scenario> scenarios) {

  /** What an endpoint speaks. */
  enum Kind {
    HTTP1,
    HTTP2,
    HTTP1_TLS,
    HTTP2_TLS,
    /** Bytes. */
    TCP,
    /** Takes spans, as protobuf by HTTP/1.1. */
    COLLECTOR,
    /** Takes spans by gRPC. */
    COLLECTOR_GRPC,
    COLLECTOR_GRPC_TLS,
    /** Nothing: it does not even accept connections, nor refuse them. */
    SILENT
  }

  static ScenarioFile load(Path file) throws IOException {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(1000);
    String name = file.getFileName().toString().replace(".yaml", "");
    Object tree = new Yaml(new SafeConstructor(options)).load(Files.readString(file));
    Node root = new Node(name, tree);
    root.get("definitions"); // stands there for its anchors
    Map<String, Kind> upstreams = new TreeMap<>();
    root.need("upstreams")
        .entries()
        .forEach((key, kind) -> upstreams.put(oneLetter(key, kind), kind(kind)));
    Node files = root.get("files");
    Node with = root.get("with");
    List<Scenario> scenarios = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Node node : root.need("scenarios").list()) {
      Scenario scenario = Scenario.read(node);
      if (!names.add(scenario.name())) {
        throw node.wrong("has the name of another: " + scenario.name());
      }
      scenarios.add(scenario);
    }
    ScenarioFile read =
        new ScenarioFile(
            name,
            upstreams,
            files == null ? Map.of() : files.entries(),
            with == null ? Map.of() : with.entries(),
            root.need("bootstrap"),
            scenarios);
    root.end();
    return read;
  }

  private static String oneLetter(String name, Node node) {
    if (name.length() != 1) {
      throw node.wrong("must have a name of one letter");
    }
    return name;
  }

  private static Kind kind(Node node) {
    return Kind.valueOf(node.text().toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** The listener that scenarios mean that name none. */
  String firstListener() {
    Node lds = files.get("listeners");
    Object given = lds == null ? bootstrap.raw() : Map.of("static_resources", lds.raw());
    if (given instanceof Map<?, ?> top
        && top.get("static_resources") instanceof Map<?, ?> resources
        && resources.get(lds == null ? "listeners" : "resources") instanceof List<?> listeners
        && listeners.getFirst() instanceof Map<?, ?> listener) {
      return String.valueOf(listener.get("name"));
    }
    throw bootstrap.wrong("has no listener");
  }
}
