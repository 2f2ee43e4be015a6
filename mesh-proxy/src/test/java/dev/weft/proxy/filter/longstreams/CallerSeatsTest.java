package dev.weft.proxy.filter.longstreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.longstreams.CallerSeats.Seat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Any callers, any course of streams: nobody has more than it may, and nothing stays behind. */
class CallerSeatsTest {
  private static final int RUNS = 10_000;
  private static final int MOST = 3;

  private record Held(String as, Seat seat) {}

  @Test
  void countsAsAPlainTableDoes() {
    for (long seed = 0; seed < RUNS; seed++) {
      run(seed);
    }
  }

  private static void run(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    CallerSeats seats = new CallerSeats(MOST);
    Map<String, Integer> plain = new HashMap<>();
    List<Held> held = new ArrayList<>();
    for (int step = 0; step < 60; step++) {
      if (!held.isEmpty() && random.nextInt(3) == 0) {
        Held gone = held.remove(random.nextInt(held.size()));
        seats.leave(gone.seat());
        plain.computeIfPresent(gone.as(), (name, count) -> count == 1 ? null : count - 1);
      } else {
        String cluster = "c" + random.nextInt(2);
        String caller = "caller " + random.nextInt(5);
        int limit = 1 + random.nextInt(3);
        String name = cluster + " " + caller;
        long own = plain.keySet().stream().filter(known -> !known.endsWith("*")).count();
        String as = plain.containsKey(name) || own < MOST ? name : cluster + " *";
        boolean room = plain.getOrDefault(as, 0) < limit;

        Seat seat = seats.take(cluster, caller, limit);

        assertThat(seat != null).as("seed %d, %s, limit %d", seed, as, limit).isEqualTo(room);
        if (seat != null) {
          plain.merge(as, 1, Integer::sum);
          held.add(new Held(as, seat));
        }
      }
      assertThat(seats.size()).as("seed %d", seed).isEqualTo(plain.size());
    }
    held.forEach(one -> seats.leave(one.seat()));
    assertThat(seats.size()).as("what stays of seed %d", seed).isZero();
  }

  @Test
  void aLongNameIsCountedWithOthers() {
    CallerSeats seats = new CallerSeats();
    Seat first = seats.take("c", "x".repeat(CallerSeats.LONGEST + 1), 1);

    assertThat(first).isNotNull();
    assertThat(seats.take("c", "y".repeat(CallerSeats.LONGEST + 1), 1)).isNull();
    assertThat(seats.take("c", "y", 1)).isNotNull();
    assertThat(seats.take("d", "y".repeat(CallerSeats.LONGEST + 1), 1)).isNotNull();
  }

  @Test
  void severalLoopsTogetherTakeNoMoreThanThereIs() throws Exception {
    CallerSeats seats = new CallerSeats(10);
    AtomicInteger[] taken = {new AtomicInteger(), new AtomicInteger()};
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        SplittableRandom random = new SplittableRandom(thread);
        done.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 20_000; i++) {
                    int caller = random.nextInt(2);
                    Seat seat = seats.take("c", "caller " + caller, 2);
                    if (seat != null) {
                      most.accumulateAndGet(taken[caller].incrementAndGet(), Math::max);
                      taken[caller].decrementAndGet();
                      seats.leave(seat);
                    }
                  }
                }));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(most.get()).isBetween(1, 2);
    assertThat(seats.size()).isZero();
    for (int i = 0; i < 10; i++) {
      assertThat(seats.take("c", "caller " + i, 1)).as("no room was lost").isNotNull();
    }
    assertThat(seats.take("c", "one more", 1)).isNotNull();
    assertThat(seats.take("c", "two more", 1)).as("shared with the one more").isNull();
  }
}
