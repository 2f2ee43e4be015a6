package dev.weft.proxy.cluster;

import dev.weft.proxy.upstream.UpstreamTarget;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What clusters need of the proxy around them.
 *
 * @param background where pickers are built anew when health changes
 * @param ejections where is written what outlier detection does
 * @param renew has pooled connections to these end as they are done, and others replace them
 */
public record Surroundings(
    Executor background, EjectionLog ejections, Consumer<Set<UpstreamTarget>> renew) {
  /** Of a proxy without connections that writes nothing. */
  public static Surroundings of(Executor background) {
    return new Surroundings(background, new EjectionLog(), worn -> {});
  }
}
