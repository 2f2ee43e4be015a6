package dev.weft.demo.load;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Which services had an instance killed on purpose: what was cut by that is told apart from what
 * failed without a reason. Names are those of services, or of instances ({@code SERVICE-N}).
 */
public final class Disruptions {
  /**
   * How long after the return of an instance an end may still be due to its death: a lost peer is
   * noticed late.
   */
  private static final long ECHO_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Map<String, Long> ongoing = new ConcurrentHashMap<>();
  private final Map<String, Long> over = new ConcurrentHashMap<>();

  /** An instance of this name is about to be killed. */
  public void begin(String name) {
    ongoing.put(name, System.nanoTime());
  }

  /** It serves again. */
  public void end(String name) {
    over.put(name, System.nanoTime());
    ongoing.remove(name);
  }

  /** Whether it is down now. */
  boolean ongoing(String name) {
    return ongoing.containsKey(name);
  }

  /** Whether it is down or was a moment ago. */
  boolean touched(String name) {
    Long ended = over.get(name);
    return ongoing.containsKey(name) || (ended != null && System.nanoTime() - ended < ECHO_NANOS);
  }
}
