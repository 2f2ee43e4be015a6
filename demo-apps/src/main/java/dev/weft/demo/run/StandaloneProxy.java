package dev.weft.demo.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A proxy without a control plane in front of two of the shop's applications, for training. */
final class StandaloneProxy {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Child process;
  private final int port;
  private final int adminPort;

  private StandaloneProxy(Child process, int port, int adminPort) {
    this.process = process;
    this.port = port;
    this.adminPort = adminPort;
  }

  /** Starts it with a file as users of Envoy write it. */
  static StandaloneProxy start(
      Programs programs, Path folder, ShopInstance storefront, ShopInstance catalog)
      throws IOException {
    FreePorts ports = new FreePorts();
    int port = ports.take();
    int admin = ports.take();
    JsonNode identity = JSON.readTree(storefront.identity().toFile());
    Path bootstrap = folder.resolve("standalone.yaml");
    Files.writeString(
        bootstrap,
        template()
            .replace("@PORT@", Integer.toString(port))
            .replace("@INSIDE@", Integer.toString(ports.take()))
            .replace("@CHAIN@", pem(folder, identity, "chain"))
            .replace("@KEY@", pem(folder, identity, "key"))
            .replace("@ROOTS@", pem(folder, identity, "roots"))
            .replace("@ADMIN@", Integer.toString(admin))
            .replace("@STOREFRONT@", Integer.toString(storefront.appPort()))
            .replace("@CATALOG@", Integer.toString(catalog.appPort())));
    Child process =
        new Child(
            "the standalone proxy",
            programs.standaloneProxy(
                List.of("--bootstrap", bootstrap.toString(), "--concurrency", "1")),
            Map.of(),
            folder.resolve("standalone.log"));
    process.start();
    return new StandaloneProxy(process, port, admin);
  }

  /** Puts a part of a sidecar's identity into a file of its own; the file's path. */
  private static String pem(Path folder, JsonNode identity, String part) throws IOException {
    Path file = folder.resolve("standalone-" + part + ".pem");
    Files.writeString(file, identity.path(part).asText());
    return file.toString();
  }

  private static String template() throws IOException {
    try (InputStream yaml =
        StandaloneProxy.class.getResourceAsStream("/dev/weft/demo/standalone.yaml")) {
      if (yaml == null) {
        throw new IOException("standalone.yaml is missing from the demo's jar; build it again");
      }
      return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  Child process() {
    return process;
  }

  int port() {
    return port;
  }

  URI ready() {
    return URI.create("http://127.0.0.1:" + adminPort + "/ready");
  }
}
