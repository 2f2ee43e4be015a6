package dev.weft.proxy.cluster.health;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.Map;

/** Keeps what detectors count. */
final class Findings {
  private final Map<Outlier, Integer> found = new EnumMap<>(Outlier.class);
  private final Map<Outlier, Integer> ejected = new EnumMap<>(Outlier.class);
  private int overflows;

  ClusterStats stats() {
    return (ClusterStats)
        Proxy.newProxyInstance(
            ClusterStats.class.getClassLoader(),
            new Class<?>[] {ClusterStats.class},
            (self, method, arguments) -> {
              switch (method.getName()) {
                case "outlier" -> found.merge((Outlier) arguments[0], 1, Integer::sum);
                case "ejected" -> ejected.merge((Outlier) arguments[0], 1, Integer::sum);
                case "ejectionOverflow" -> overflows++;
                default -> throw new IllegalStateException(method.getName());
              }
              return null;
            });
  }

  int found(Outlier kind) {
    return found.getOrDefault(kind, 0);
  }

  int ejected(Outlier kind) {
    return ejected.getOrDefault(kind, 0);
  }

  int ejected() {
    return ejected.values().stream().mapToInt(Integer::intValue).sum();
  }

  int overflows() {
    return overflows;
  }
}
