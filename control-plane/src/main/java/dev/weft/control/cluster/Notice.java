package dev.weft.control.cluster;

/**
 * A hint that something in the database has changed. It carries no state: whoever hears it reads
 * the database.
 */
public sealed interface Notice {

  /**
   * A configuration revision was committed. {@code revision} is the newest one its sender knows.
   */
  record ConfigChanged(long revision) implements Notice {
    public ConfigChanged {
      if (revision < 0) {
        throw new IllegalArgumentException("revision is " + revision + "; it starts at 0");
      }
    }
  }

  /** Connected instances came, went or changed their labels or ports. */
  record InstancesChanged() implements Notice {}
}
