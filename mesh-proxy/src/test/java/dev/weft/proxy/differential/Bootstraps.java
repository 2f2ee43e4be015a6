package dev.weft.proxy.differential;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Bootstrap files, filled in for one proxy. */
final class Bootstraps {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Bootstraps() {}

  /** What stands for names everywhere. */
  static Placeholders placeholders(Path log, Path events) {
    return new Placeholders()
        .put("listen", Placeholders.socketAddress(0))
        .put("events", events.toString())
        .put("log.file", log.toString())
        .put(
            "log",
            List.of(
                Map.of(
                    "name",
                    "envoy.access_loggers.file",
                    "typed_config",
                    Map.of(
                        "@type",
                        "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
                        "path",
                        log.toString(),
                        "log_format",
                        Map.of(
                            "text_format_source", Map.of("inline_string", Subject.LOG_FORMAT))))));
  }

  /**
   * Writes what stands beside a bootstrap; {@code ${file.NAME}} is the path of a file.
   *
   * @param folder of one proxy
   */
  static void write(Path folder, Map<String, Node> files, Placeholders placeholders)
      throws IOException {
    files.keySet().forEach(name -> placeholders.put("file." + name, path(folder, name)));
    for (Map.Entry<String, Node> file : files.entrySet()) {
      Object filled = placeholders.fill(file.getValue().raw());
      Files.writeString(Path.of(path(folder, file.getKey())), JSON.writeValueAsString(filled));
    }
  }

  private static String path(Path folder, String name) {
    return folder.resolve(name + ".json").toString();
  }

  /** Writes a bootstrap, with a node and an admin interface if it has none. */
  static Path write(Path file, Node bootstrap, Placeholders placeholders) throws IOException {
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("node", Map.of("id", "differential", "cluster", "differential"));
    whole.put("admin", Map.of("address", Placeholders.socketAddress(0)));
    if (placeholders.fill(bootstrap.raw()) instanceof Map<?, ?> filled) {
      filled.forEach((key, value) -> whole.put(key.toString(), value));
    }
    Files.writeString(file, JSON.writeValueAsString(whole));
    return file;
  }
}
