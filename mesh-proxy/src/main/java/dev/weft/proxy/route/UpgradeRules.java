package dev.weft.proxy.route;

import dev.weft.xds.model.UpgradeConfig;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a client may go on with another protocol than HTTP, as Envoy decides it. */
public final class UpgradeRules {
  private UpgradeRules() {}

  /**
   * Whether this protocol may follow; a header that says CONNECT asks for a protocol like others.
   */
  public static boolean allow(
      CharSequence protocol, List<UpgradeConfig> manager, CompiledRoute route) {
    UpgradeConfig ofRoute =
        route.action() instanceof Forwarding forwarding
            ? find(protocol, forwarding.upgrades())
            : null;
    UpgradeConfig decisive = ofRoute == null ? find(protocol, manager) : ofRoute;
    return decisive != null && decisive.enabled();
  }

  private static @Nullable UpgradeConfig find(CharSequence protocol, List<UpgradeConfig> upgrades) {
    for (UpgradeConfig upgrade : upgrades) {
      if (AsciiString.contentEqualsIgnoreCase(upgrade.type(), protocol)) {
        return upgrade;
      }
    }
    return null;
  }
}
