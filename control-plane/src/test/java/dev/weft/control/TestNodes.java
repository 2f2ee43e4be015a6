package dev.weft.control;

import dev.weft.control.identity.AuthoritySettings;
import java.nio.file.Path;
import java.util.List;

/** Options of nodes on loopback with ports that are free. */
final class TestNodes {
  private TestNodes() {}

  static ControlPlaneOptions options(Path folder, String name, List<HostPort> join) {
    HostPort any = new HostPort("127.0.0.1", 0);
    return new ControlPlaneOptions(
        folder,
        null,
        any,
        any,
        any,
        join,
        name,
        new AuthoritySettings(
            "weft.local", folder.resolve("ca.key"), AuthoritySettings.WORKLOAD_LIFETIME));
  }
}
