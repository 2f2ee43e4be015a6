package dev.weft.demo.run;

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
    Path bootstrap = folder.resolve("standalone.yaml");
    Files.writeString(
        bootstrap,
        template()
            .replace("@PORT@", Integer.toString(port))
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
