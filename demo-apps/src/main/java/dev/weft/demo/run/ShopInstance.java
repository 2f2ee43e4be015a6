package dev.weft.demo.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One instance of a service: its application, if it has one, and its sidecar. */
final class ShopInstance {
  private static final String SIDECAR = "sidecar";

  private final String service;
  private final String name;
  private final Path data;
  private final @Nullable Child app;
  private final Child sidecar;
  private final int appPort;
  private final int outboundPort;
  private final int adminPort;

  private ShopInstance(
      String service,
      String name,
      Path data,
      @Nullable Child app,
      Child sidecar,
      int appPort,
      int outboundPort,
      int adminPort) {
    this.service = service;
    this.name = name;
    this.data = data;
    this.app = app;
    this.sidecar = sidecar;
    this.appPort = appPort;
    this.outboundPort = outboundPort;
    this.adminPort = adminPort;
  }

  /** Gives the command that starts the application of an instance. */
  interface AppCommandLine {
    List<String> of(int port, String name, String outbound) throws IOException;
  }

  static ShopInstance create(
      Programs programs,
      FreePorts ports,
      Path folder,
      ShopService service,
      int index,
      String token,
      String controlPlanes,
      @Nullable AppCommandLine appCommand)
      throws IOException {
    String name = service.name() + "-" + index;
    Path data = folder.resolve(name);
    Files.createDirectories(data);
    Path tokenFile = data.resolve("token");
    Files.writeString(tokenFile, token);
    int outbound = ports.take();
    int admin = ports.take();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--control-plane", controlPlanes,
                "--service", "shop/" + service.name(),
                "--token-file", tokenFile.toString(),
                "--data", data.resolve(SIDECAR).toString(),
                "--address", "127.0.0.1",
                "--inbound", "127.0.0.1:" + ports.take(),
                "--outbound", "127.0.0.1:" + outbound,
                "--admin", "127.0.0.1:" + admin,
                "--health", "127.0.0.1:" + ports.take(),
                "--metrics", "127.0.0.1:" + ports.take(),
                "--concurrency", "1"));
    Child app = null;
    int appPort = 0;
    if (appCommand != null) {
      appPort = ports.take();
      arguments.addAll(List.of("--port", service.portName() + "=" + appPort));
      app =
          new Child(
              name,
              appCommand.of(appPort, name, "127.0.0.1:" + outbound),
              Map.of(),
              data.resolve("app.log"));
    }
    Child sidecar =
        new Child(
            name + "'s sidecar", programs.proxy(arguments), Map.of(), data.resolve("sidecar.log"));
    return new ShopInstance(service.name(), name, data, app, sidecar, appPort, outbound, admin);
  }

  String service() {
    return service;
  }

  String name() {
    return name;
  }

  /**
   * Where its sidecar keeps key and certificates (JSON of PEM texts); there once it has enrolled.
   */
  Path identity() {
    return data.resolve(SIDECAR).resolve("identity.json");
  }

  int outboundPort() {
    return outboundPort;
  }

  /** Where its application listens; 0 without one. */
  int appPort() {
    return appPort;
  }

  URI admin(String path) {
    return URI.create("http://127.0.0.1:" + adminPort + path);
  }

  void start() throws IOException {
    if (app != null) {
      app.start();
    }
    sidecar.start();
  }

  void mustLive() throws IOException {
    if (app != null) {
      app.mustLive();
    }
    sidecar.mustLive();
  }

  /** Whether the application accepts connections; true where there is none. */
  boolean appListens() {
    if (app == null) {
      return true;
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), appPort), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Kills application and sidecar, as the loss of a machine would. */
  void kill() throws InterruptedException {
    sidecar.kill();
    if (app != null) {
      app.kill();
    }
  }

  void terminate() {
    sidecar.terminate();
    if (app != null) {
      app.terminate();
    }
  }

  void end(long timeoutMillis) throws InterruptedException {
    sidecar.end(timeoutMillis);
    if (app != null) {
      app.end(timeoutMillis);
    }
  }
}
