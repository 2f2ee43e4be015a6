package dev.weft.proxy.bootstrap;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.proxy.overload.OverloadPlan;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.bootstrap.v3.RuntimeLayer;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code layered_runtime}. Keys that choose between forms of Envoy's own code mean nothing
 * here and are ignored; all others would change what traffic does, so they are refused unless they
 * are known.
 */
final class RuntimeReader {
  private static final String MAX_CONNECTIONS = "overload.global_downstream_max_connections";
  private static final List<String> OF_ENVOYS_CODE =
      List.of("envoy.reloadable_features.", "envoy.restart_features.", "re2.");

  private final List<String> problems;
  private int maxConnections = Integer.MAX_VALUE;

  RuntimeReader(List<String> problems) {
    this.problems = problems;
  }

  /**
   * The plan, with the limit of connections that the layers set; a monitor of its own goes first.
   */
  OverloadPlan limit(LayeredRuntime runtime, OverloadPlan plan) {
    for (int i = 0; i < runtime.getLayersCount(); i++) {
      RuntimeLayer layer = runtime.getLayers(i);
      read("layered_runtime.layers[" + i + "].static_layer", "", layer.getStaticLayer());
    }
    return plan.maxConnections() != Integer.MAX_VALUE
        ? plan
        : new OverloadPlan(
            plan.refreshInterval(), plan.maxHeapBytes(), maxConnections, plan.triggers());
  }

  private void read(String path, String prefix, Struct values) {
    for (Map.Entry<String, Value> entry : values.getFieldsMap().entrySet()) {
      String key = prefix + entry.getKey();
      Value value = entry.getValue();
      if (OF_ENVOYS_CODE.stream().anyMatch(key::startsWith)) {
        continue;
      }
      if (key.equals(MAX_CONNECTIONS)) {
        maxConnections(path, value);
      } else if (value.hasStructValue()) {
        read(path, key + ".", value.getStructValue());
      } else {
        problems.add(path + "[\"" + key + "\"]: is not supported; remove it");
      }
    }
  }

  private void maxConnections(String path, Value value) {
    double most = value.hasNumberValue() ? value.getNumberValue() : -1;
    if (!(most >= 1 && most == Math.rint(most))) {
      problems.add(path + "[\"" + MAX_CONNECTIONS + "\"]: must be a whole number of at least 1");
      return;
    }
    maxConnections = (int) Math.min(Integer.MAX_VALUE, most);
  }
}
