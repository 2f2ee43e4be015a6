package dev.weft.xds.model;

/**
 * What is made of the time that callers give a request, which gets less from hop to hop. It cannot
 * be both remembered and recalled.
 *
 * @param remembers whether requests come for an application, and their deadlines are kept for the
 *     requests that it makes for them
 * @param recalls whether requests come from an application, and have the deadlines of those that it
 *     makes them for
 * @param leastMillis what must be left for a request, or another try of it, to begin at all,
 *     0..3600000
 */
public record DeadlineBudget(boolean remembers, boolean recalls, int leastMillis) {
  /** Of requests for an application. */
  public static final DeadlineBudget INBOUND = new DeadlineBudget(true, false, 0);

  /** Of requests that an application makes. */
  public static final DeadlineBudget OUTBOUND = new DeadlineBudget(false, true, 0);
}
