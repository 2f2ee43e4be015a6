package dev.weft.proxy.overload;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * When what is done about too much load: what a bootstrap's {@code overload_manager} says.
 *
 * @param refreshInterval how often memory is looked at
 * @param maxHeapBytes what heap and direct memory may take together; {@link Long#MAX_VALUE} leaves
 *     only the JVM's own limits
 * @param maxConnections most downstream connections of all listeners together; {@link
 *     Integer#MAX_VALUE} for as many as descriptors allow
 * @param connectionsOf most downstream connections of single listeners, by their names; at least 0
 * @param triggers when the pressure on memory leads to which action
 */
public record OverloadPlan(
    Duration refreshInterval,
    long maxHeapBytes,
    int maxConnections,
    Map<String, Integer> connectionsOf,
    List<Trigger> triggers) {
  /** What holds where nothing is configured. */
  public static final OverloadPlan DEFAULT =
      new OverloadPlan(
          Duration.ofMillis(250),
          Long.MAX_VALUE,
          Integer.MAX_VALUE,
          Map.of(),
          List.of(
              new Trigger(OverloadAction.DISABLE_HTTP_KEEPALIVE, 0.85, 0.85),
              new Trigger(OverloadAction.REJECT_INCOMING_CONNECTIONS, 0.90, 0.90),
              new Trigger(OverloadAction.STOP_ACCEPTING_REQUESTS, 0.95, 0.95)));

  public OverloadPlan {
    connectionsOf = Map.copyOf(connectionsOf);
    triggers = List.copyOf(triggers);
  }

  /** The most connections of one listener; {@link Integer#MAX_VALUE} for any number. */
  public int maxConnections(String listener) {
    return connectionsOf.getOrDefault(listener, Integer.MAX_VALUE);
  }

  /**
   * An action that begins at one pressure and is whole at another, the same for one that is on or
   * off.
   *
   * @param from pressure from 0 to 1
   * @param full not less than {@code from}
   */
  public record Trigger(OverloadAction action, double from, double full) {
    public Trigger {
      if (!(from >= 0 && from <= full && full <= 1)) {
        throw new IllegalArgumentException(
            "a trigger from " + from + " to " + full + " is not within 0 to 1, in order");
      }
    }
  }
}
