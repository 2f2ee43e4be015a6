package dev.weft.demo.run;

import java.util.List;

/**
 * A service of the shop.
 *
 * @param name in namespace {@code shop}
 * @param role the program that serves it; empty where there is only a sidecar (the load's)
 * @param portName of the service's one port
 * @param instances how many run
 */
record ShopService(String name, String role, String portName, int instances) {
  /** The services that are always there, in the order they are started. */
  static final List<ShopService> ALL =
      List.of(
          new ShopService("catalog", "catalog", "grpc", 2),
          new ShopService("recommendations", "recommendations", "grpc", 2),
          new ShopService("cart", "cart", "grpc", 2),
          new ShopService("chat-a", "chat", "grpc", 1),
          new ShopService("chat-b", "chat", "grpc", 1),
          new ShopService("ledger", "ledger", "http", 2),
          new ShopService("storefront", "storefront", "http", 2),
          new ShopService("visitor", "", "", 1));
}
