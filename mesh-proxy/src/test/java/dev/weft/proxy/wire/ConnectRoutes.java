package dev.weft.proxy.wire;

import dev.weft.proxy.testkit.RawClient;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.UpgradeConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

/** A request to connect to a database, and the routes that such requests take. */
final class ConnectRoutes {
  static final String ASK = "CONNECT db.test:5432 HTTP/1.1\r\nHost: db.test:5432\r\n\r\n";
  static final UpgradeConfig PASSED_ON = new UpgradeConfig("CONNECT", true);

  /** The case of an upgrade's type does not matter. */
  static final UpgradeConfig TERMINATED = new UpgradeConfig("connect", true, true);

  /** What a {@code connect_matcher} says. */
  static final RouteMatch CONNECT =
      new RouteMatch(new PathMatch.Connect(), List.of(), List.of(), false, null);

  private ConnectRoutes() {}

  /** To the cluster {@code db}; without a policy nothing is tried again. */
  static RouteAction to(RetryPolicy policy, UpgradeConfig... upgrades) {
    return new RouteAction.Forward(
        new ClusterTarget.Single("db"),
        Duration.ofSeconds(15),
        Duration.ZERO,
        null,
        null,
        policy,
        null,
        Priority.DEFAULT,
        List.of(upgrades));
  }

  /** Sends these bytes and no more. */
  static void sendAll(RawClient client, String bytes) {
    try {
      client.send(bytes);
      client.endOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
