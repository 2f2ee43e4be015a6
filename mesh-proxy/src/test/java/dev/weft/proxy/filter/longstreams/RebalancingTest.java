package dev.weft.proxy.filter.longstreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.longstreams.Rebalancing.Notice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Any streams on any connections, and endpoints that come: the laws stand at each assertion. */
class RebalancingTest {
  private static final int RUNS = 10_000;
  private static final long INTERVAL = 1_000;

  @Test
  void keepsItsLaws() {
    for (long seed = 0; seed < RUNS; seed++) {
      new Run(seed).go();
    }
  }

  private static final class Stream implements OpenStream {
    final Object connection;
    final long begun;
    final boolean tellable;
    Object endpoint;
    boolean told;

    Stream(Object connection, Object endpoint, long begun, boolean tellable) {
      this.connection = connection;
      this.endpoint = endpoint;
      this.begun = begun;
      this.tellable = tellable;
    }

    @Override
    public Object endpoint() {
      return endpoint;
    }

    @Override
    public Object connection() {
      return connection;
    }

    @Override
    public long begun() {
      return begun;
    }

    @Override
    public boolean told() {
      return told;
    }

    @Override
    public boolean tellable() {
      return tellable;
    }
  }

  private static final class Run {
    final long seed;
    final SplittableRandom random;
    final int percent;

    /** How many streams a connection may have. */
    final int together;

    /** Whether clients open streams again that they were told of. */
    final boolean reopen;

    /** Whether all clients can be told. */
    final boolean tellable;

    final List<Stream> streams = new ArrayList<>();
    final Map<Object, Long> leaving = new HashMap<>();
    Map<String, Double> weights = new HashMap<>();
    final Rebalancing rebalancing;
    long now;
    int told;
    int looks;

    Run(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.percent = 1 + random.nextInt(100);
      this.together = random.nextBoolean() ? 1 : 4;
      this.reopen = random.nextInt(4) > 0;
      this.tellable = random.nextInt(4) > 0;
      // Clocks may begin anywhere, and pass their greatest number.
      this.now = random.nextBoolean() ? random.nextLong() : Long.MAX_VALUE - 5 * INTERVAL;
      int endpoints = 1 + random.nextInt(4);
      for (int i = 0; i < endpoints; i++) {
        weights.put("old " + i, weight());
      }
      open(random.nextInt(60));
      this.rebalancing = new Rebalancing(INTERVAL, percent, weights);
    }

    double weight() {
      return 1 + random.nextInt(3);
    }

    void open(int count) {
      while (streams.size() < count) {
        Object connection = new Object();
        int size = Math.min(count - streams.size(), 1 + random.nextInt(together));
        boolean can = tellable || random.nextBoolean();
        for (int i = 0; i < size; i++) {
          place(connection, now - 2 * INTERVAL - random.nextInt(100), can, count);
        }
      }
    }

    /** As a balancer does that knows what endpoints have. */
    void place(Object connection, long begun, boolean can, int count) {
      String least =
          weights.keySet().stream()
              .max(Comparator.comparingDouble(endpoint -> share(endpoint, count) - at(endpoint)))
              .orElseThrow();
      streams.add(new Stream(connection, least, begun, can));
    }

    double share(String endpoint, int count) {
      double all = 0;
      for (double weight : weights.values()) {
        all += weight;
      }
      return count * weights.getOrDefault(endpoint, 0.0) / all;
    }

    int at(Object endpoint) {
      int count = 0;
      for (Stream stream : streams) {
        count += stream.endpoint.equals(endpoint) ? 1 : 0;
      }
      return count;
    }

    int excess() {
      int excess = 0;
      for (String endpoint : weights.keySet()) {
        double fair = Math.ceil(share(endpoint, streams.size()) - 1e-6);
        excess += (int) Math.max(0, at(endpoint) - fair);
      }
      return excess;
    }

    void go() {
      ticks(12);
      assertThat(looks).as("nothing has come, seed %d", seed).isZero();
      if (random.nextBoolean()) {
        flap();
      }
      assertThat(told).as("nobody has too many, seed %d", seed).isZero();

      grow();
      int before = excess();
      ticks(4);
      assertThat(told).as("they have not stayed for an interval, seed %d", seed).isZero();
      int budget = Math.max(1, streams.size() * percent / 100);
      int most = together == 1 ? (before + budget - 1) / budget : before;
      ticks(4 * most + 1);
      if (reopen && tellable) {
        assertThat(excess()).as("balanced after %d intervals, seed %d", most, seed).isZero();
      }
      if (!reopen && tellable && together == 1) {
        assertThat(told).as("as many as were too many, seed %d", seed).isEqualTo(before);
      }
      if (before == 0) {
        assertThat(told).as("nobody has too many, seed %d", seed).isZero();
      }
      int so = told;
      ticks(4 * (Rebalancing.IDLE_ROUNDS + 2));
      if (tellable) {
        assertThat(told).as("and nobody after that, seed %d", seed).isEqualTo(so);
      }
      int last = looks;
      ticks(20);
      assertThat(looks).as("it ends, seed %d", seed).isEqualTo(last);
    }

    void flap() {
      Map<String, Double> with = new HashMap<>(weights);
      with.put("short", weight());
      Map<String, Double> without = weights;
      weights = with;
      ticks(random.nextInt(4));
      weights = without;
      ticks(12);
    }

    void grow() {
      Map<String, Double> more = new HashMap<>(weights);
      int count = 1 + random.nextInt(2);
      for (int i = 0; i < count; i++) {
        more.put("new " + i, weight());
      }
      weights = more;
    }

    void ticks(int count) {
      for (int i = 0; i < count; i++) {
        now += INTERVAL / 4;
        leave();
        if (rebalancing.due(weights, now)) {
          looks++;
          look();
        }
      }
    }

    void look() {
      int excess = excess();
      int most = Math.max(1, streams.size() * percent / 100);
      List<Notice<Stream>> notices = rebalancing.choose(streams, now, random);
      if (notices.isEmpty()) {
        return;
      }
      assertThat(excess).as("somebody has too many, seed %d", seed).isPositive();
      Set<Object> connections = new HashSet<>();
      for (Notice<Stream> notice : notices) {
        Stream stream = notice.stream();
        assertThat(stream.told).as("nobody is told twice, seed %d", seed).isFalse();
        assertThat(stream.tellable).as("seed %d", seed).isTrue();
        assertThat(notice.delayNanos()).as("seed %d", seed).isBetween(0L, INTERVAL - 1);
        stream.told = true;
        Long same = leaving.put(stream.connection, now + notice.delayNanos());
        assertThat(same == null || same == now + notice.delayNanos())
            .as("a connection is told once, seed %d", seed)
            .isTrue();
        connections.add(stream.connection);
      }
      assertThat(streams)
          .as("a connection is told as a whole, seed %d", seed)
          .noneMatch(stream -> connections.contains(stream.connection) && !stream.told);
      assertThat(connections.size() <= 1 || notices.size() <= most)
          .as("no more than the share, or one connection, seed %d", seed)
          .isTrue();
      told += notices.size();
    }

    /** Clients that were told by now open their streams again. */
    void leave() {
      if (!reopen) {
        return;
      }
      List<Object> gone =
          leaving.entrySet().stream()
              .filter(entry -> entry.getValue() - now <= 0)
              .map(Map.Entry::getKey)
              .toList();
      leaving.keySet().removeAll(gone);
      for (Object connection : gone) {
        int count = streams.size();
        List<Stream> ended =
            streams.stream().filter(stream -> stream.connection == connection).toList();
        streams.removeAll(ended);
        Object next = new Object();
        ended.forEach(stream -> place(next, now, stream.tellable, count));
      }
    }
  }

  @Test
  void theOldestIsToldFirst() {
    Map<String, Double> two = Map.of("a", 1.0, "b", 1.0);
    Rebalancing rebalancing = new Rebalancing(INTERVAL, 1, Map.of("a", 1.0));
    Stream younger = new Stream("one", "a", -1, true);
    Stream older = new Stream("two", "a", -2, true);

    assertThat(rebalancing.due(two, INTERVAL)).isFalse();
    assertThat(rebalancing.due(two, 2 * INTERVAL)).isTrue();
    assertThat(rebalancing.choose(List.of(younger, older), 2 * INTERVAL, new SplittableRandom(1)))
        .extracting(Notice::stream)
        .containsExactly(older);
  }

  @Test
  void whatHasJustBegunIsLeftAlone() {
    Map<String, Double> two = Map.of("a", 1.0, "b", 1.0);
    Rebalancing rebalancing = new Rebalancing(INTERVAL, 100, Map.of("a", 1.0));
    rebalancing.due(two, 0);
    Stream first = new Stream("one", "a", 1, true);
    Stream second = new Stream("two", "a", 2, true);

    assertThat(rebalancing.choose(List.of(first, second), INTERVAL, new SplittableRandom(1)))
        .isEmpty();
    assertThat(rebalancing.due(two, 2 * INTERVAL)).as("but not for ever").isTrue();
    assertThat(rebalancing.choose(List.of(first, second), 2 * INTERVAL, new SplittableRandom(1)))
        .hasSize(1);
  }
}
