package dev.weft.demo.run;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One node of the control plane; all nodes of a demo share one folder, and so one SQLite database.
 */
final class ControlPlaneNode {
  private final String name;
  private final Child process;
  private final URI rest;
  private final String xds;
  private final String member;

  private ControlPlaneNode(String name, Child process, URI rest, String xds, String member) {
    this.name = name;
    this.process = process;
    this.rest = rest;
    this.xds = xds;
    this.member = member;
  }

  static List<ControlPlaneNode> create(
      Programs programs, FreePorts ports, Path folder, int count, List<String> more)
      throws IOException {
    List<String> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add("127.0.0.1:" + ports.take());
    }
    List<ControlPlaneNode> nodes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "node-" + (i + 1);
      int http = ports.take();
      int xds = ports.take();
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "--data",
                  folder.resolve("control-plane").toString(),
                  "--node-name",
                  name,
                  "--http",
                  "127.0.0.1:" + http,
                  "--xds",
                  "127.0.0.1:" + xds,
                  "--cluster",
                  members.get(i)));
      if (count > 1) {
        arguments.addAll(List.of("--join", String.join(",", members)));
      }
      arguments.addAll(more);
      nodes.add(
          new ControlPlaneNode(
              name,
              new Child(
                  name,
                  programs.controlPlane(arguments),
                  Map.of(),
                  folder.resolve("control-plane").resolve(name + ".log")),
              URI.create("http://127.0.0.1:" + http),
              "127.0.0.1:" + xds,
              members.get(i)));
    }
    return nodes;
  }

  String name() {
    return name;
  }

  URI rest() {
    return rest;
  }

  String xds() {
    return xds;
  }

  String member() {
    return member;
  }

  Child process() {
    return process;
  }
}
