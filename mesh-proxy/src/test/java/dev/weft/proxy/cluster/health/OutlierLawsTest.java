package dev.weft.proxy.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import dev.weft.xds.model.OutlierDetection.Ejection;
import dev.weft.xds.model.OutlierDetection.FailurePercentage;
import dev.weft.xds.model.OutlierDetection.SuccessRate;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Any configuration, any course of answers: the detector does what {@link PlainDetector} does,
 * never has more out than it may, and everything comes back.
 */
class OutlierLawsTest {
  private static final int RUNS = 12_000;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final int[] STATUSES = {200, 404, 500, 502, 503, 504, 599};

  @Test
  void doesWhatThePlainOneDoes() {
    for (long seed = 0; seed < RUNS; seed++) {
      new Run(seed).go();
    }
  }

  /** One configuration, some endpoints, and what happens to them. */
  private static final class Run {
    final long seed;
    final SplittableRandom random;
    final OutlierDetection config;
    final List<EndpointHealth> endpoints;
    final double[] failing;
    final Findings findings = new Findings();
    final OutlierDetector detector;
    final PlainDetector plain;
    long now;

    Run(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.config = config(random);
      int n = random.nextInt(1, 9);
      this.endpoints = Stream.generate(EndpointHealth::new).limit(n).toList();
      this.failing = random.doubles(n).map(d -> d < 0.5 ? d / 5 : d).toArray();
      SplittableRandom dice = new SplittableRandom(seed);
      this.detector =
          new OutlierDetector(
              config,
              endpoints,
              findings.stats(),
              new Ejections(),
              dice::nextLong,
              EjectionListener.NONE);
      SplittableRandom same = new SplittableRandom(seed);
      this.plain = new PlainDetector(config, n, same::nextLong);
    }

    private static OutlierDetection config(SplittableRandom random) {
      long base = random.nextLong(1, 20) * SECOND;
      return new OutlierDetection(
          consecutive(random),
          consecutive(random),
          consecutive(random),
          random.nextBoolean(),
          new SuccessRate(
              random.nextInt(5),
              random.nextInt(12),
              random.nextInt(2500),
              percent(random),
              percent(random)),
          new FailurePercentage(
              random.nextInt(101),
              random.nextInt(5),
              random.nextInt(12),
              percent(random),
              percent(random)),
          Duration.ofSeconds(5),
          new Ejection(
              Duration.ofNanos(base),
              Duration.ofNanos(base + random.nextLong(4 * base)),
              random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(9000)),
              random.nextInt(101),
              random.nextBoolean()),
          true);
    }

    private static Consecutive consecutive(SplittableRandom random) {
      return new Consecutive(random.nextInt(8), percent(random));
    }

    private static int percent(SplittableRandom random) {
      return switch (random.nextInt(3)) {
        case 0 -> 0;
        case 1 -> random.nextInt(101);
        default -> 100;
      };
    }

    void go() {
      int intervals = random.nextInt(1, 7);
      for (int interval = 0; interval < intervals; interval++) {
        int calls = random.nextInt(1, 12 * endpoints.size());
        for (int call = 0; call < calls; call++) {
          now += random.nextLong(SECOND / 4);
          call(random.nextInt(endpoints.size()));
          agree();
        }
        now += random.nextLong(5 * SECOND);
        tick();
      }
      // Nobody fails any more: what was out comes back, and everything is forgiven.
      now += 200 * SECOND;
      tick();
      now += 200 * SECOND;
      tick();
      assertThat(endpoints).as("seed %s", seed).noneMatch(EndpointHealth::ejected);
      for (int interval = 0; interval < 12; interval++) {
        tick();
      }
      assertThat(endpoints).as("seed %s", seed).allMatch(endpoint -> endpoint.times() == 0);
    }

    private void call(int i) {
      EndpointHealth endpoint = endpoints.get(i);
      PlainDetector.Host host = plain.hosts.get(i);
      boolean fails = random.nextDouble() < failing[i];
      if (random.nextInt(20) == 0) {
        detector.onRelay(endpoint);
        plain.relayed(host);
        return;
      }
      boolean connected = !fails || random.nextBoolean();
      if (connected) {
        detector.onConnected(endpoint);
        plain.connected(host);
      }
      if (!connected || fails && random.nextInt(4) == 0) {
        boolean changed = detector.onNoAnswer(endpoint, now);
        plain.noAnswer(host, now);
        assertThat(!changed || endpoint.ejected()).isTrue();
        return;
      }
      int status = STATUSES[fails ? random.nextInt(2, STATUSES.length) : random.nextInt(2)];
      detector.onStatus(endpoint, status, now);
      plain.status(host, status, now);
    }

    private void tick() {
      detector.tick(now);
      plain.tick(now);
      agree();
    }

    private void agree() {
      int out = 0;
      for (int i = 0; i < endpoints.size(); i++) {
        EndpointHealth endpoint = endpoints.get(i);
        PlainDetector.Host host = plain.hosts.get(i);
        if (endpoint.ejected() != host.out || endpoint.times() != host.multiplier) {
          throw new AssertionError(
              "seed %d, endpoint %d at %d: %s times %d, but %s times %d"
                  .formatted(
                      seed,
                      i,
                      now,
                      endpoint.ejected(),
                      endpoint.times(),
                      host.out,
                      host.multiplier));
        }
        out += endpoint.ejected() ? 1 : 0;
      }
      Ejection limits = config.ejection();
      if (out * 100 > limits.maxPercent() * endpoints.size() && !(limits.alwaysOne() && out == 1)) {
        throw new AssertionError("seed %d: %d of %d out".formatted(seed, out, endpoints.size()));
      }
      for (Outlier kind : Outlier.values()) {
        if (findings.found(kind) != plain.found.getOrDefault(kind, 0)
            || findings.ejected(kind) != plain.ejected.getOrDefault(kind, 0)
            || findings.overflows() != plain.overflows) {
          throw new AssertionError("seed %d: counts of %s".formatted(seed, kind));
        }
      }
    }
  }
}
