package dev.weft.perf;

import dev.weft.proxy.cluster.balance.BalanceSettings;
import dev.weft.proxy.cluster.balance.Candidate;
import dev.weft.proxy.cluster.balance.ClusterPicker;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.PeakLatency;
import dev.weft.proxy.cluster.balance.Preference;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.HashFunction;
import dev.weft.xds.model.LbPolicy.HashKeys;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request's endpoint, out of ten to ten thousand, by each policy: {@code perf/weft-perf jmh
 * PickSteps}. {@code -p weights=EQUAL,DIFFERENT} adds endpoints whose weights are from 1 to 7.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PickSteps {
  private static final Preference<Endpoint> NONE_TRIED = Preference.avoiding(List.of());
  private static final Duration DECAY = Duration.ofSeconds(10);

  /** With Envoy's defaults. */
  public enum Policy {
    ROUND_ROBIN(new LbPolicy.RoundRobin()),
    LEAST_REQUEST(new LbPolicy.LeastRequest(2)),
    RANDOM(new LbPolicy.Random()),
    RING_HASH(
        new LbPolicy.RingHash(
            HashFunction.XX_HASH, 1024, 8 * 1024 * 1024, HashKeys.DEFAULT, false)),
    MAGLEV(new LbPolicy.Maglev(65_537, HashKeys.DEFAULT, false)),
    PEAK_EWMA(new LbPolicy.PeakEwma(DECAY, LocalityLb.DEFAULT));

    private final LbPolicy.OfEndpoints settings;

    Policy(LbPolicy.OfEndpoints settings) {
      this.settings = settings;
    }
  }

  /** What endpoints have of requests. */
  public enum Weights {
    EQUAL,
    DIFFERENT
  }

  /** Its state lies in objects of its own, as that of one in use. */
  private static final class Endpoint implements Candidate {
    private final AtomicInteger active;
    private final PeakLatency latency = new PeakLatency();
    private volatile boolean ejected;

    Endpoint(int number) {
      active = new AtomicInteger(number % 7);
      latency.observe(1_000_000L + number % 5, System.nanoTime(), DECAY.toNanos());
    }

    @Override
    public int activeRequests() {
      return active.get();
    }

    @Override
    public boolean ejected() {
      return ejected;
    }

    @Override
    public double cost() {
      return latency.cost(System.nanoTime(), active.get());
    }
  }

  @Param public Policy policy;

  @Param({"10", "1000", "10000"})
  public int size;

  @Param("EQUAL")
  public Weights weights;

  private final SplittableRandom random = new SplittableRandom(1);
  private ClusterPicker<Endpoint> picker;

  @Setup
  public void build() {
    List<Member<Endpoint>> members = IntStream.range(0, size).mapToObj(this::member).toList();
    picker = ClusterPicker.build(policy.settings, members, BalanceSettings.of(140, 50));
  }

  private Member<Endpoint> member(int number) {
    return new Member<>(
        new Endpoint(number),
        weights == Weights.EQUAL ? 1 : 1 + number % 7,
        0,
        HealthStatus.HEALTHY,
        new Locality("", "", ""),
        0,
        "10.0." + number / 256 + "." + number % 256 + ":8080",
        "",
        Map.of());
  }

  /** As forwarding asks for the first try of a request without a hash of its own: any. */
  @Benchmark
  public Object pick() {
    return picker.pick(random, NONE_TRIED);
  }
}
