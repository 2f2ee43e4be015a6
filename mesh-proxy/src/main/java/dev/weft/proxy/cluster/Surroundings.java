package dev.weft.proxy.cluster;

import java.util.concurrent.Executor;

/**
 * What clusters need of the proxy around them.
 *
 * @param background where pickers are built anew when health changes
 * @param ejections where is written what outlier detection does
 */
public record Surroundings(Executor background, EjectionLog ejections) {
  /** Of a proxy that writes nothing. */
  public static Surroundings of(Executor background) {
    return new Surroundings(background, new EjectionLog());
  }
}
