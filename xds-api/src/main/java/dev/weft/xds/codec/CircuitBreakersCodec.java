package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster.RetryBudget;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Priority;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.cluster.v3.CircuitBreakers}. */
final class CircuitBreakersCodec {
  private static final double DEFAULT_BUDGET_PERCENT = 20;
  private static final int DEFAULT_MIN_RETRIES = 3;

  private CircuitBreakersCodec() {}

  static Map<Priority, Thresholds> decode(CircuitBreakers breakers, DecodeScope scope) {
    Map<Priority, Thresholds> decoded = new EnumMap<>(Priority.class);
    for (int i = 0; i < breakers.getThresholdsCount(); i++) {
      CircuitBreakers.Thresholds thresholds = breakers.getThresholds(i);
      DecodeScope at = scope.at("thresholds", i);
      Priority priority = Priorities.decode(thresholds.getPriority(), at.at("priority"));
      at.at("priority")
          .require(
              decoded.put(priority, thresholds(thresholds, at)) == null,
              priority + " stands twice");
    }
    return decoded;
  }

  /** How many connections there may be to one endpoint. */
  static int mostToEndpoint(CircuitBreakers breakers, DecodeScope scope) {
    int most = Integer.MAX_VALUE;
    for (int i = 0; i < breakers.getPerHostThresholdsCount(); i++) {
      CircuitBreakers.Thresholds thresholds = breakers.getPerHostThresholds(i);
      DecodeScope at = scope.at("per_host_thresholds", i);
      // Connections carry requests of both priorities.
      at.at("priority")
          .require(
              Priorities.decode(thresholds.getPriority(), at.at("priority")) == Priority.DEFAULT,
              "is not supported but for DEFAULT: both priorities share connections");
      scope.at("per_host_thresholds").require(i == 0, "has more than one, of which one counts");
      at.require(
          !thresholds.hasMaxPendingRequests()
              && !thresholds.hasMaxRequests()
              && !thresholds.hasMaxRetries()
              && !thresholds.hasMaxConnectionPools()
              && !thresholds.hasRetryBudget(),
          "may have max_connections only");
      if (thresholds.hasMaxConnections()) {
        most = Wire.limit(thresholds.getMaxConnections());
      }
    }
    return most;
  }

  static void encode(int mostToEndpoint, CircuitBreakers.Builder breakers) {
    if (mostToEndpoint != Integer.MAX_VALUE) {
      breakers.addPerHostThresholdsBuilder().setMaxConnections(Wire.uint32(mostToEndpoint));
    }
  }

  private static Thresholds thresholds(CircuitBreakers.Thresholds thresholds, DecodeScope scope) {
    Thresholds defaults = Thresholds.DEFAULTS;
    return new Thresholds(
        thresholds.hasMaxConnections()
            ? Wire.limit(thresholds.getMaxConnections())
            : defaults.maxConnections(),
        thresholds.hasMaxPendingRequests()
            ? Wire.limit(thresholds.getMaxPendingRequests())
            : defaults.maxPendingRequests(),
        thresholds.hasMaxRequests()
            ? Wire.limit(thresholds.getMaxRequests())
            : defaults.maxRequests(),
        thresholds.hasMaxRetries() ? Wire.limit(thresholds.getMaxRetries()) : defaults.maxRetries(),
        budget(thresholds, scope.at("retry_budget")),
        thresholds.getTrackRemaining());
  }

  private static @Nullable RetryBudget budget(
      CircuitBreakers.Thresholds thresholds, DecodeScope scope) {
    if (!thresholds.hasRetryBudget()) {
      return null;
    }
    var budget = thresholds.getRetryBudget();
    return new RetryBudget(
        budget.hasBudgetPercent()
            ? Percents.decode(budget.getBudgetPercent(), scope.at("budget_percent"))
            : DEFAULT_BUDGET_PERCENT,
        budget.hasMinRetryConcurrency()
            ? Wire.limit(budget.getMinRetryConcurrency())
            : DEFAULT_MIN_RETRIES);
  }

  static CircuitBreakers encode(Map<Priority, Thresholds> thresholds) {
    CircuitBreakers.Builder breakers = CircuitBreakers.newBuilder();
    for (Priority priority : Priority.values()) {
      Thresholds of = thresholds.get(priority);
      if (of != null) {
        breakers.addThresholds(encode(priority, of));
      }
    }
    return breakers.build();
  }

  private static CircuitBreakers.Thresholds encode(Priority priority, Thresholds thresholds) {
    CircuitBreakers.Thresholds.Builder encoded =
        CircuitBreakers.Thresholds.newBuilder()
            .setPriority(Priorities.encode(priority))
            .setMaxConnections(Wire.uint32(thresholds.maxConnections()))
            .setMaxPendingRequests(Wire.uint32(thresholds.maxPendingRequests()))
            .setMaxRequests(Wire.uint32(thresholds.maxRequests()))
            .setMaxRetries(Wire.uint32(thresholds.maxRetries()))
            .setTrackRemaining(thresholds.tracked());
    RetryBudget budget = thresholds.retryBudget();
    if (budget != null) {
      encoded
          .getRetryBudgetBuilder()
          .setBudgetPercent(Percent.newBuilder().setValue(budget.budgetPercent()))
          .setMinRetryConcurrency(Wire.uint32(budget.minRetryConcurrency()));
    }
    return encoded.build();
  }
}
