package dev.weft.proxy.cluster;

import dev.weft.xds.model.OutlierEvent;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where is written what outlier detection does: nowhere, until it is said. Thread-safe. */
public final class EjectionLog {
  private volatile @Nullable Consumer<OutlierEvent> file;

  /**
   * Events go there from now on.
   *
   * @param file takes them from any thread and does not wait
   */
  public void writeTo(Consumer<OutlierEvent> file) {
    this.file = file;
  }

  /** Whether events are written. */
  boolean isOn() {
    return file != null;
  }

  void write(Supplier<OutlierEvent> event) {
    Consumer<OutlierEvent> to = file;
    if (to != null) {
      to.accept(event.get());
    }
  }
}
