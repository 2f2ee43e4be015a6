package dev.weft.proxy.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.proxy.bootstrap.Bootstrap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The examples of the reference, put where they belong in a bootstrap, are taken as they are
 * written by Weft, and by the real Envoy where they have nothing of Weft's own.
 */
@Tag("differential")
class ReferenceExamplesTest {
  private static final Path FOLDER = Path.of("target", "differential", "reference");
  private static final Pattern YAML = Pattern.compile("(?ms)^```yaml\\n(.*?)^```");
  private static final Pattern CLUSTER = Pattern.compile("\\bclusters?: (\\[[^\\]{]*\\]|[\\w-]+)");
  private static final Pattern OF_CERTIFICATES = Pattern.compile("\\bca\\.pem\\b");
  private static final String EXTENSIONS = "type.googleapis.com/envoy.extensions.";
  private static final String STATISTICS = "stats_config";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Fields of a connection manager, a listener and a cluster that examples consist of. */
  private static final Set<String> OF_MANAGER =
      Set.of(
          "http_filters",
          "scoped_routes",
          "access_log",
          "local_reply_config",
          "tracing",
          "internal_address_config");

  private static final Set<String> OF_LISTENER =
      Set.of("listener_filters", "filter_chains", "default_filter_chain");
  private static final Set<String> OF_CLUSTER =
      Set.of("transport_socket", "load_balancing_policy", "lb_policy");

  @TestFactory
  List<DynamicTest> examples() throws Exception {
    EnvoyProgram envoy = EnvoyProgram.install();
    Certificates certificates = new Certificates(FOLDER.resolve("certificates").toAbsolutePath());
    Placeholders names = new Placeholders();
    certificates.describe(names);
    List<DynamicTest> tests = new ArrayList<>();
    for (String page : List.of("policies", "policies-connection-manager")) {
      String text = Files.readString(Path.of("..", "docs", page + ".md"));
      for (MatchResult found : YAML.matcher(text).results().toList()) {
        long line = text.substring(0, found.start()).lines().count() + 1;
        String example =
            OF_CERTIFICATES
                .matcher(found.group(1))
                .replaceAll(FOLDER.resolve("certificates/ca.pem").toAbsolutePath().toString());
        int part = 0;
        for (Object tree : parsed(example)) {
          part++;
          String name = page + "-" + line + "-" + part;
          tests.add(DynamicTest.dynamicTest(name, () -> check(envoy, name, example, tree)));
        }
      }
    }
    assertThat(tests).as("examples").isNotEmpty();
    return tests;
  }

  /** Parts that begin with the same key after an empty line are examples of their own. */
  private static List<Object> parsed(String example) {
    List<Object> trees = new ArrayList<>();
    for (String part : example.split("\n\n")) {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      trees.add(new Yaml(new SafeConstructor(options)).load(part));
    }
    return trees;
  }

  private static void check(EnvoyProgram envoy, String name, String example, Object tree)
      throws Exception {
    Path file = Files.createDirectories(FOLDER).toAbsolutePath().resolve(name + ".json");
    Files.writeString(file, JSON.writeValueAsString(bootstrap(example, tree)));

    Bootstrap.load(file);

    if (!example.contains("/weft.filters.")) {
      assertThat(envoy.refusal(file)).as("what Envoy says of it").isNull();
    }
  }

  private static Map<String, Object> bootstrap(String example, Object tree) throws IOException {
    Map<String, Object> listener = new LinkedHashMap<>();
    Map<String, Map<String, Object>> clusters = new LinkedHashMap<>();
    for (MatchResult named : CLUSTER.matcher(example).results().toList()) {
      for (String name : named.group(1).replaceAll("[\\[\\]]", "").split(", ")) {
        clusters.put(name, cluster(name));
      }
    }
    Map<String, Object> manager = new LinkedHashMap<>();
    List<Object> filters = new ArrayList<>();
    filters.add(router());
    manager.put("http_filters", filters);
    Map<String, Object> table = map("name", "routes", "virtual_hosts", List.of());
    switch (tree) {
      case List<?> list -> {
        for (Object one : list) {
          Map<String, Object> element = map(one);
          if (element.containsKey("match") || element.containsKey("route")) {
            table = table(list);
          } else if (!element.containsKey("typed_config")) {
            Map<String, Object> given = cluster(element.get("name").toString());
            if (element.containsKey("cluster_type") || "ORIGINAL_DST".equals(element.get("type"))) {
              given.remove("type");
              given.remove("load_assignment");
            }
            given.putAll(element);
            clusters.put(element.get("name").toString(), given);
          } else if (type(element).contains(".filters.http.")) {
            filters.addFirst(element);
          } else {
            listener.put("filter_chains", List.of(Map.of("filters", List.of(element))));
          }
        }
      }
      case Map<?, ?> _ -> place(map(tree), listener, manager, table, clusters);
      default -> throw new IllegalArgumentException("neither a map nor a list: " + tree);
    }
    if (!manager.containsKey("scoped_routes")) {
      manager.put("route_config", table);
    }
    manager.put(
        "@type", EXTENSIONS + "filters.network.http_connection_manager.v3.HttpConnectionManager");
    manager.put("stat_prefix", "http");
    listener.put("name", "listener");
    listener.put("address", Placeholders.socketAddress(0));
    listener.putIfAbsent(
        "filter_chains",
        List.of(Map.of("filters", List.of(map("name", "http", "typed_config", manager)))));
    return map(
        "node",
        Map.of("id", "reference", "cluster", "reference"),
        "static_resources",
        map("listeners", List.of(listener), "clusters", List.copyOf(clusters.values())),
        "stats_config",
        tree instanceof Map<?, ?> fields && fields.get(STATISTICS) instanceof Map<?, ?> said
            ? said
            : Map.of());
  }

  private static void place(
      Map<String, Object> tree,
      Map<String, Object> listener,
      Map<String, Object> manager,
      Map<String, Object> table,
      Map<String, Map<String, Object>> clusters) {
    Set<String> left = new TreeSet<>(tree.keySet());
    left.remove(STATISTICS);
    for (Map.Entry<String, Object> field : tree.entrySet()) {
      String key = field.getKey();
      if (OF_MANAGER.contains(key)) {
        manager.put(key, field.getValue());
      } else if (OF_LISTENER.contains(key)
          || key.startsWith("listener_filters")
          || key.startsWith("continue_on_")) {
        listener.put(key, field.getValue());
      } else if (OF_CLUSTER.contains(key)) {
        clusters.computeIfAbsent("c", ReferenceExamplesTest::cluster).put(key, field.getValue());
      } else if (key.equals("clusters")) {
        for (Object each : (List<?>) field.getValue()) {
          Map<String, Object> given = map(each);
          String name = given.get("name").toString();
          clusters.computeIfAbsent(name, ReferenceExamplesTest::cluster).putAll(given);
        }
      } else if (key.equals("mutations")) {
        manager.put("http_filters", List.of(mutation(field.getValue()), router()));
      } else if (key.equals("filters")) {
        listener.put("filter_chains", List.of(Map.of("filters", field.getValue())));
      } else if (key.equals("route")) {
        table.putAll(table(List.of(map("match", Map.of("prefix", "/"), key, field.getValue()))));
      } else if (key.equals("tls_params") || key.equals("validation_context")) {
        clusters
            .computeIfAbsent("c", ReferenceExamplesTest::cluster)
            .put(
                "transport_socket",
                map(
                    "name",
                    "tls",
                    "typed_config",
                    map(
                        "@type",
                        EXTENSIONS + "transport_sockets.tls.v3.UpstreamTlsContext",
                        "common_tls_context",
                        Map.of(key, field.getValue()))));
      } else if (tree.containsKey("virtual_hosts")) {
        table.put(key, field.getValue());
      } else {
        continue;
      }
      left.remove(key);
    }
    assertThat(left).as("fields that this test has no place for").isEmpty();
  }

  private static Map<String, Object> table(List<?> routes) {
    return map(
        "name",
        "routes",
        "virtual_hosts",
        List.of(map("name", "all", "domains", List.of("*"), "routes", routes)));
  }

  private static Map<String, Object> cluster(String name) {
    return map(
        "name",
        name,
        "type",
        "STATIC",
        "load_assignment",
        Map.of(
            "cluster_name",
            name,
            "endpoints",
            List.of(
                Map.of(
                    "lb_endpoints",
                    List.of(
                        Map.of("endpoint", Map.of("address", Placeholders.socketAddress(1))))))));
  }

  private static Map<String, Object> mutation(Object mutations) {
    return map(
        "name",
        "envoy.filters.http.header_mutation",
        "typed_config",
        Map.of(
            "@type",
            EXTENSIONS + "filters.http.header_mutation.v3.HeaderMutation",
            "mutations",
            mutations));
  }

  private static Map<String, Object> router() {
    return map(
        "name",
        "envoy.filters.http.router",
        "typed_config",
        Map.of("@type", EXTENSIONS + "filters.http.router.v3.Router"));
  }

  private static String type(Map<String, Object> extension) {
    return map(extension.get("typed_config")).get("@type").toString();
  }

  @SuppressWarnings("unchecked") // YAML's maps have names as keys
  private static Map<String, Object> map(Object tree) {
    return (Map<String, Object>) tree;
  }

  private static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
    }
    return map;
  }
}
