package dev.weft.xds.model;

/** The routing priority, which chooses a set of circuit-breaker thresholds. */
public enum Priority {
  DEFAULT,
  HIGH
}
