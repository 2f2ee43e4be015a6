package dev.weft.control.xds;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.control.compile.SidecarNode;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a sidecar's node, naming every field that is missing or wrong. The node comes from the
 * network: sizes are bounded, and what is not understood is ignored.
 */
final class NodeReader {
  private static final int MAX_ENTRIES = 256;
  private static final int MAX_LENGTH = 253;

  private final Map<String, Value> metadata;
  private final List<String> problems = new ArrayList<>();

  /** What came of reading a node. */
  sealed interface Result {
    record Valid(SidecarNode node) implements Result {}

    /** Every problem, each naming its field. */
    record Invalid(List<String> problems) implements Result {}
  }

  private NodeReader(Struct metadata) {
    this.metadata = metadata.getFieldsMap();
  }

  static Result read(Node node) {
    return new NodeReader(node.getMetadata()).toSidecar(node.getId());
  }

  private Result toSidecar(String id) {
    String namespace = string("namespace", null);
    String service = string("service", null);
    String expected = "sidecar~" + namespace + "~" + service + "~";
    if (!id.startsWith(expected) || id.length() == expected.length() || id.length() > 1024) {
      problems.add("node.id is \"" + cut(id) + "\"; it must be " + expected + "INSTANCE");
    }
    SidecarNode node =
        new SidecarNode(
            id,
            namespace,
            service,
            address("address", null),
            address("inbound_address", "0.0.0.0"),
            port("inbound_port"),
            port("outbound_port"),
            address("outbound_address", "127.0.0.1"),
            ports("ports"),
            labels(),
            ports("upstreams"),
            metadata.getOrDefault("transparent", Value.getDefaultInstance()).getBoolValue());
    return problems.isEmpty() ? new Result.Valid(node) : new Result.Invalid(List.copyOf(problems));
  }

  private String string(String name, @Nullable String fallback) {
    Value value = metadata.get(name);
    if (value == null && fallback != null) {
      return fallback;
    }
    if (value == null || !value.hasStringValue() || value.getStringValue().isEmpty()) {
      problems.add("node.metadata." + name + " must be a string");
      return "";
    }
    if (value.getStringValue().length() > MAX_LENGTH) {
      problems.add("node.metadata." + name + " is longer than " + MAX_LENGTH + " characters");
      return "";
    }
    return value.getStringValue();
  }

  private String address(String name, @Nullable String fallback) {
    int before = problems.size();
    String text = string(name, fallback);
    if (problems.size() == before
        && !NetUtil.isValidIpV4Address(text)
        && !NetUtil.isValidIpV6Address(text)) {
      problems.add("node.metadata." + name + " is \"" + text + "\"; it must be an IP address");
    }
    return text;
  }

  private int port(String name) {
    Value value = metadata.get(name);
    if (value == null || !isPort(value)) {
      problems.add("node.metadata." + name + " must be a port number, 1..65535");
      return 0;
    }
    return (int) value.getNumberValue();
  }

  private Map<String, Integer> ports(String name) {
    Map<String, Integer> ports = new LinkedHashMap<>();
    entries(name, "a port number, 1..65535", NodeReader::isPort)
        .forEach((key, value) -> ports.put(key, (int) value.getNumberValue()));
    return ports;
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    entries(
            "labels",
            "a string of at most " + MAX_LENGTH + " characters",
            value -> value.hasStringValue() && value.getStringValue().length() <= MAX_LENGTH)
        .forEach((key, value) -> labels.put(key, value.getStringValue()));
    return labels;
  }

  private Map<String, Value> entries(String name, String what, Predicate<Value> valid) {
    Value value = metadata.get(name);
    if (value == null) {
      return Map.of();
    }
    if (!value.hasStructValue()) {
      problems.add("node.metadata." + name + " must be an object");
      return Map.of();
    }
    Map<String, Value> entries = value.getStructValue().getFieldsMap();
    if (entries.size() > MAX_ENTRIES) {
      problems.add("node.metadata." + name + " has more than " + MAX_ENTRIES + " entries");
      return Map.of();
    }
    Map<String, Value> accepted = new LinkedHashMap<>();
    entries.forEach(
        (key, entry) -> {
          if (key.isEmpty() || key.length() > MAX_LENGTH || !valid.test(entry)) {
            problems.add("node.metadata." + name + "." + cut(key) + " must be " + what);
          } else {
            accepted.put(key, entry);
          }
        });
    return accepted;
  }

  private static boolean isPort(Value value) {
    double number = value.getNumberValue();
    return value.hasNumberValue() && number == Math.rint(number) && number >= 1 && number <= 65535;
  }

  private static String cut(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
