package dev.weft.xds.codec;

import dev.weft.xds.model.Priority;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;

/** {@code envoy.config.core.v3.RoutingPriority}. */
final class Priorities {
  private Priorities() {}

  static Priority decode(RoutingPriority priority, DecodeScope scope) {
    return switch (priority) {
      case DEFAULT -> Priority.DEFAULT;
      case HIGH -> Priority.HIGH;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield Priority.DEFAULT;
      }
    };
  }

  static RoutingPriority encode(Priority priority) {
    return switch (priority) {
      case DEFAULT -> RoutingPriority.DEFAULT;
      case HIGH -> RoutingPriority.HIGH;
    };
  }
}
