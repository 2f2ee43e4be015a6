package dev.weft.xds.protocol;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.time.Duration;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;

/**
 * Whatever the interleaving of updates, answers, changes of subscriptions and reconnections, in the
 * end the client holds what the server has.
 */
class AgreementTest {
  private static final int SEEDS = 1_000;
  private static final int STEPS = 100;
  private static final Duration MISSING = Duration.ofSeconds(15);

  @Test
  void delta() {
    forEverySeed(
        seed ->
            new Simulation<>(
                    seed,
                    true,
                    DeltaServerState::aggregated,
                    new DeltaClientState(Resources.node(), Resources.decoder(), MISSING),
                    DeltaDiscoveryRequest::getResponseNonce,
                    DeltaDiscoveryResponse::getNonce)
                .run(STEPS));
  }

  @Test
  void stateOfTheWorld() {
    forEverySeed(
        seed ->
            new Simulation<>(
                    seed,
                    false,
                    SotwServerState::aggregated,
                    new SotwClientState(Resources.node(), Resources.decoder(), MISSING),
                    DiscoveryRequest::getResponseNonce,
                    DiscoveryResponse::getNonce)
                .run(STEPS));
  }

  private static void forEverySeed(LongConsumer simulation) {
    for (long seed = 0; seed < SEEDS; seed++) {
      try {
        simulation.accept(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
