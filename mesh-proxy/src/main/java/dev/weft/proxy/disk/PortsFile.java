package dev.weft.proxy.disk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code ports.json}: the ports of this proxy by role, for scripts and for its own restarts. */
public final class PortsFile {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final AtomicFile file;

  public PortsFile(Path path) {
    this.file = new AtomicFile(path, false);
  }

  /** The ports of the last run by role; empty if there was none or the file is damaged. */
  public Map<String, Integer> read() throws IOException {
    Map<String, Integer> ports = new LinkedHashMap<>();
    byte[] content = file.read().orElse(new byte[0]);
    try {
      JsonNode json = JSON.readTree(content);
      json.properties()
          .forEach(
              entry -> {
                if (entry.getValue().canConvertToInt()) {
                  ports.put(entry.getKey(), entry.getValue().asInt());
                }
              });
    } catch (JsonProcessingException e) {
      return Map.of(); // other ports are as good
    }
    return ports;
  }

  /** Replaces the content. */
  public void write(Map<String, Integer> ports) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    ports.forEach(json::put);
    file.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
  }
}
