package dev.weft.proxy.deadline;

import static dev.weft.proxy.deadline.DeadlineTable.NONE;
import static dev.weft.proxy.deadline.DeadlineTable.UNBOUNDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.deadline.DeadlineTable.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DeadlineTableTest {
  private static final long AFTER = 10;
  private final DeadlineTable table = new DeadlineTable(2, AFTER);

  @Test
  void theLongestOfThoseUnderWayCounts() {
    Entry first = table.begin("a", 100, 0);
    Entry second = table.begin("a", 300, 0);

    assertThat(table.left("a", 50)).isEqualTo(250);
    table.end(second, true, 60);
    assertThat(table.left("a", 60)).as("the longest of its time").isEqualTo(240);
    assertThat(table.left("b", 60)).isEqualTo(NONE);
    table.end(first, true, 70);
    assertThat(table.left("a", 70)).isEqualTo(NONE);
    assertThat(table.size()).isZero();
  }

  @Test
  void oneWithoutADeadlineIsTheLongest() {
    Entry bounded = table.begin("a", 100, 0);
    Entry unbounded = table.begin("a", UNBOUNDED, 0);

    assertThat(table.left("a", 50)).isEqualTo(NONE);
    table.end(unbounded, false, 60);
    table.end(bounded, false, 60);
    assertThat(table.size()).isZero();
  }

  @Test
  void whatNobodyWaitsForIsKnownForAWhile() {
    Entry request = table.begin("a", 100, 0);
    table.end(request, false, 40);

    assertThat(table.left("a", 50)).isEqualTo(50);
    assertThat(table.left("a", 109)).isZero();
    assertThat(table.left("a", 110)).isEqualTo(NONE);
  }

  @Test
  void aSecondTryOfItCountsFromThenOn() {
    table.end(table.begin("a", 100, 0), false, 100);
    Entry again = table.begin("a", 200, 105);

    assertThat(table.left("a", 150)).isEqualTo(50);
    table.end(again, true, 150);
    assertThat(table.left("a", 150)).isEqualTo(NONE);
  }

  @Test
  void whereOneFindsNoRoomNothingIsSaid() {
    table.begin("a", 100, 0);
    Entry b = table.begin("b", 100, 0);
    Entry c = table.begin("c", 100, 0);

    assertThat(c).isNull();
    assertThat(table.left("a", 50)).isEqualTo(NONE);
    table.end(c, true, 60);
    assertThat(table.left("a", 60)).isEqualTo(40);
    table.end(b, false, 60);
    assertThat(table.begin("c", 100, 61)).as("b has to go").isNotNull();
    assertThat(table.left("b", 61)).isEqualTo(NONE);
  }

  /**
   * Whatever begins and ends, in any order: nobody is given less time than the longest of those
   * under way with its id have, nor a deadline that none of them had; where all are known nobody is
   * given more either. What was answered leaves nothing, and there is never more than there may be.
   */
  @Test
  void nobodyIsEverGivenTooLittle() {
    for (int seed = 0; seed < 20_000; seed++) {
      Course course = new Course(seed);
      for (int step = 0; step < 40; step++) {
        course.step();
        course.check();
      }
      course.endAll();
    }
  }

  private static final class Course {
    private static final String[] IDS = {"a", "b", "c", "d"};

    private record Request(String id, long deadline, Entry entry) {}

    /** Of one id, since none of them was under way. */
    private static final class Generation {
      private final List<Request> underWay = new ArrayList<>();
      private final List<Long> deadlines = new ArrayList<>();
      private boolean answered;
      private boolean known = true;
    }

    private final long seed;
    private final Random random;
    private final int most;
    private final DeadlineTable table;
    private final Map<String, Generation> generations = new HashMap<>();
    private final Map<String, List<Long>> ever = new HashMap<>();
    private long now;

    Course(long seed) {
      this.seed = seed;
      random = new Random(seed);
      most = 1 + random.nextInt(4);
      table = new DeadlineTable(most, AFTER);
      now = random.nextInt(3) * 1_000L - 500;
    }

    void step() {
      now += random.nextInt(8);
      String id = IDS[random.nextInt(IDS.length)];
      Generation generation = generations.get(id);
      boolean ends = generation != null && !generation.underWay.isEmpty() && random.nextBoolean();
      if (ends) {
        end(generation, random.nextBoolean());
      } else {
        begin(id);
      }
    }

    private void begin(String id) {
      Generation generation = generations.get(id);
      if (generation == null || generation.underWay.isEmpty()) {
        generation = new Generation();
        generations.put(id, generation);
      }
      long deadline = random.nextInt(5) == 0 ? UNBOUNDED : now + random.nextInt(60);
      Entry entry = table.begin(id, deadline, now);
      generation.underWay.add(new Request(id, deadline, entry));
      generation.deadlines.add(deadline);
      generation.known &= entry != null;
      ever.computeIfAbsent(id, key -> new ArrayList<>()).add(deadline);
    }

    private void end(Generation generation, boolean answered) {
      Request request = generation.underWay.remove(random.nextInt(generation.underWay.size()));
      table.end(request.entry, answered, now);
      generation.answered |= answered;
    }

    private boolean anyUnknown() {
      return generations.values().stream()
          .flatMap(generation -> generation.underWay.stream())
          .anyMatch(request -> request.entry == null);
    }

    void check() {
      assertThat(table.size()).as("seed %s", seed).isLessThanOrEqualTo(most);
      for (String id : IDS) {
        check(id, table.left(id, now));
      }
    }

    private void check(String id, long left) {
      Generation generation = generations.get(id);
      if (generation == null) {
        assertThat(left).as("seed %s: %s never was", seed, id).isEqualTo(NONE);
        return;
      }
      if (generation.underWay.isEmpty() && generation.answered && generation.known) {
        assertThat(left).as("seed %s: %s is over", seed, id).isEqualTo(NONE);
      }
      for (Request request : generation.underWay) {
        assertThat(left)
            .as("seed %s: %s", seed, id)
            .isGreaterThanOrEqualTo(request.deadline == UNBOUNDED ? NONE : request.deadline - now);
      }
      if (left != NONE && left > 0) {
        assertThat(ever.get(id)).as("seed %s: %s", seed, id).contains(now + left);
      }
      boolean bounded = !generation.deadlines.contains(UNBOUNDED);
      if (generation.known && bounded && !generation.underWay.isEmpty() && !anyUnknown()) {
        long longest = ever.get(id).stream().filter(d -> d != UNBOUNDED).max(Long::compare).get();
        assertThat(left)
            .as("seed %s: %s", seed, id)
            .isLessThanOrEqualTo(Math.max(0, longest - now));
      }
    }

    /** Nothing is left of what was answered, and in time nothing of the rest. */
    void endAll() {
      generations
          .values()
          .forEach(
              generation -> {
                while (!generation.underWay.isEmpty()) {
                  end(generation, true);
                }
              });
      now += 100 + AFTER;
      Entry last = table.begin("z", now + 1, now);
      assertThat(last).as("seed %s", seed).isNotNull();
      assertThat(table.size()).as("seed %s", seed).isEqualTo(1);
      assertThat(table.left("z", now)).as("seed %s", seed).isEqualTo(1);
    }
  }
}
