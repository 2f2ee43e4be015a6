package dev.weft.xds.codec;

import dev.weft.xds.model.UpgradeConfig;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code upgrade_configs}, of connection managers and of routes. */
final class Upgrades {
  private static final Set<String> DATAGRAMS = Set.of("connect-udp", "connect-ip");

  private Upgrades() {}

  static List<UpgradeConfig> ofManager(
      List<HttpConnectionManager.UpgradeConfig> configs, DecodeScope scope) {
    List<UpgradeConfig> upgrades = new ArrayList<>();
    for (HttpConnectionManager.UpgradeConfig config : configs) {
      upgrades.add(
          new UpgradeConfig(
              config.getUpgradeType(), !config.hasEnabled() || config.getEnabled().getValue()));
    }
    return checked(upgrades, scope);
  }

  static List<UpgradeConfig> ofRoute(List<RouteAction.UpgradeConfig> configs, DecodeScope scope) {
    List<UpgradeConfig> upgrades = new ArrayList<>();
    for (RouteAction.UpgradeConfig config : configs) {
      boolean connect = config.getUpgradeType().equalsIgnoreCase(UpgradeConfig.CONNECT);
      scope
          .at("upgrade_configs", upgrades.size())
          .at("connect_config")
          .require(connect || !config.hasConnectConfig(), "is for the upgrade_type CONNECT alone");
      upgrades.add(
          new UpgradeConfig(
              config.getUpgradeType(),
              !config.hasEnabled() || config.getEnabled().getValue(),
              connect && config.hasConnectConfig()));
    }
    return checked(upgrades, scope);
  }

  private static List<UpgradeConfig> checked(List<UpgradeConfig> upgrades, DecodeScope scope) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < upgrades.size(); i++) {
      String type = upgrades.get(i).type().toLowerCase(Locale.ROOT);
      DecodeScope at = scope.at("upgrade_configs", i).at("upgrade_type");
      if (at.require(isProtocol(type), "must be the name of a protocol")) {
        at.require(!DATAGRAMS.contains(type), "is not supported: only streams of bytes are");
        at.require(!type.equals("h2c"), "is not supported: HTTP/2 is taken with prior knowledge");
        at.require(seen.add(type), "is named twice");
      }
    }
    return upgrades;
  }

  /** RFC 9110, 7.8: a name, and perhaps a version. */
  private static boolean isProtocol(String type) {
    int slash = type.indexOf('/');
    return slash < 0
        ? HeaderNames.isName(type)
        : HeaderNames.isName(type.substring(0, slash))
            && HeaderNames.isName(type.substring(slash + 1));
  }

  static List<HttpConnectionManager.UpgradeConfig> toManager(List<UpgradeConfig> upgrades) {
    return upgrades.stream()
        .map(
            upgrade ->
                HttpConnectionManager.UpgradeConfig.newBuilder()
                    .setUpgradeType(upgrade.type())
                    .setEnabled(Wire.bool(upgrade.enabled()))
                    .build())
        .toList();
  }

  static List<RouteAction.UpgradeConfig> toRoute(List<UpgradeConfig> upgrades) {
    return upgrades.stream().map(Upgrades::toRoute).toList();
  }

  private static RouteAction.UpgradeConfig toRoute(UpgradeConfig upgrade) {
    RouteAction.UpgradeConfig.Builder encoded =
        RouteAction.UpgradeConfig.newBuilder()
            .setUpgradeType(upgrade.type())
            .setEnabled(Wire.bool(upgrade.enabled()));
    if (upgrade.terminatesConnect()) {
      encoded.setConnectConfig(RouteAction.UpgradeConfig.ConnectConfig.getDefaultInstance());
    }
    return encoded.build();
  }
}
