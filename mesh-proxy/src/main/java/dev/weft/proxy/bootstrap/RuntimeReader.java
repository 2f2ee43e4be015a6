package dev.weft.proxy.bootstrap;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.xds.codec.RuntimeValues;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the static layers of {@code layered_runtime}, later ones before earlier ones. Keys that
 * choose between forms of Envoy's own code mean nothing here and are ignored; others of Envoy's own
 * would change what traffic does whatever the configuration says, so they are refused unless they
 * are known. What is left are keys that the configuration names.
 */
final class RuntimeReader {
  private static final String MAX_CONNECTIONS = "overload.global_downstream_max_connections";
  private static final String OF_LISTENER = "envoy.resource_limits.listener.";
  private static final String CONNECTION_LIMIT = ".connection_limit";
  private static final List<String> OF_ENVOYS_CODE =
      List.of("envoy.reloadable_features.", "envoy.restart_features.", "re2.");

  /** Of Envoy's behaviour, and of Weft's. */
  private static final List<String> OF_SPANS =
      List.of("tracing.opentelemetry.flush_interval_ms", "tracing.opentelemetry.min_flush_spans");

  /** Where Envoy looks for values by itself. */
  private static final List<String> OF_ENVOYS_BEHAVIOUR =
      List.of(
          "admin.",
          "circuit_breakers.",
          "dns.",
          "envoy.",
          "fault.",
          "health_check.",
          "http.",
          "listener.",
          "load_balancing.",
          "outlier_detection.",
          "overload.",
          "ratelimit.",
          "router.",
          "server.",
          "ssl.",
          "tcp.",
          "tracing.",
          "upstream.",
          "zone.");

  private final List<String> problems;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, Integer> connectionsOf = new HashMap<>();
  private int maxConnections = Integer.MAX_VALUE;

  RuntimeReader(List<String> problems) {
    this.problems = problems;
  }

  /** Reads all layers; called once, before anything else is asked. */
  RuntimeValues read(LayeredRuntime runtime) {
    for (int i = 0; i < runtime.getLayersCount(); i++) {
      read(
          "layered_runtime.layers[" + i + "].static_layer",
          "",
          runtime.getLayers(i).getStaticLayer());
    }
    return RuntimeValues.of(values);
  }

  /**
   * The plan, with the limits of connections that the layers set; a monitor of its own goes first.
   */
  OverloadPlan limit(OverloadPlan plan) {
    return new OverloadPlan(
        plan.refreshInterval(),
        plan.maxHeapBytes(),
        plan.maxConnections() != Integer.MAX_VALUE ? plan.maxConnections() : maxConnections,
        connectionsOf,
        plan.triggers());
  }

  private void read(String path, String prefix, Struct layer) {
    for (Map.Entry<String, Value> entry : layer.getFieldsMap().entrySet()) {
      String key = prefix + entry.getKey();
      Value value = entry.getValue();
      if (OF_ENVOYS_CODE.stream().anyMatch(key::startsWith)) {
        continue;
      }
      if (key.equals(MAX_CONNECTIONS)) {
        maxConnections = connections(path, key, 1, value);
      } else if (key.startsWith(OF_LISTENER)
          && key.length() > OF_LISTENER.length() + CONNECTION_LIMIT.length()
          && key.endsWith(CONNECTION_LIMIT)) {
        String listener =
            key.substring(OF_LISTENER.length(), key.length() - CONNECTION_LIMIT.length());
        connectionsOf.put(listener, connections(path, key, 0, value));
      } else if (value.hasStructValue() && !RuntimeValues.isValue(value)) {
        read(path, key + ".", value.getStructValue());
      } else if (!RuntimeValues.isValue(value)) {
        problems.add(
            path + "[\"" + key + "\"]: must be a number, a text, a truth or a FractionalPercent");
      } else if (!OF_SPANS.contains(key)
          && OF_ENVOYS_BEHAVIOUR.stream().anyMatch(key::startsWith)) {
        problems.add(path + "[\"" + key + "\"]: is not supported; remove it");
      } else {
        values.put(key, value);
      }
    }
  }

  private int connections(String path, String key, int least, Value value) {
    double most = value.hasNumberValue() ? value.getNumberValue() : -1;
    if (!(most >= least && most == Math.rint(most))) {
      problems.add(path + "[\"" + key + "\"]: must be a whole number of at least " + least);
      return Integer.MAX_VALUE;
    }
    return (int) Math.min(Integer.MAX_VALUE, most);
  }
}
