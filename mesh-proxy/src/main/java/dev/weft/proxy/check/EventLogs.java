package dev.weft.proxy.check;

import dev.weft.xds.model.HealthEvent;
import java.util.function.Consumer;

/** The files that health checks write events to. */
@FunctionalInterface
public interface EventLogs {
  /**
   * What takes events for a file, from any thread and without waiting; it stays open.
   *
   * @throws IllegalArgumentException naming the file if it cannot be opened
   */
  Consumer<HealthEvent> open(String path);
}
