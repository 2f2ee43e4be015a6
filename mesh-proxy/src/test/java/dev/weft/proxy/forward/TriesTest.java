package dev.weft.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.forward.Tries.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TriesTest {
  private final Tries<String> tries = new Tries<>();

  @Test
  void aFailureIsTriedAgainOrCounts() {
    tries.begin("first");
    assertThat(tries.bad("first", true)).isEqualTo(Fate.AGAIN);
    assertThat(tries.newest()).isNull();
    tries.begin("second");
    assertThat(tries.bad("second", false)).isEqualTo(Fate.COUNTS);
  }

  @Test
  void aTryThatWasOvertakenMayWin() {
    tries.begin("slow");
    tries.overtake();
    tries.begin("second");

    assertThat(tries.loser("slow")).isEqualTo("second");
    assertThat(tries.loser("slow")).isNull();
    assertThat(tries.newest()).isEqualTo("slow");
  }

  @Test
  void aTryThatWasOvertakenMayWinBeforeTheOtherBegins() {
    tries.begin("slow");
    tries.overtake();

    assertThat(tries.loser("slow")).isNull();
    assertThat(tries.newest()).isEqualTo("slow");
  }

  @Test
  void aTryThatWasOvertakenFailsUnheardWhileOthersMayDoBetter() {
    tries.begin("slow");
    tries.overtake();
    assertThat(tries.bad("slow", true)).as("its retry is to begin").isEqualTo(Fate.LEFT);
    tries.begin("second");
    assertThat(tries.bad("second", false)).isEqualTo(Fate.COUNTS);
  }

  @Test
  void whereTheNextCannotBeginTheSlowOneIsWaitedFor() {
    tries.begin("slow");
    tries.overtake();
    assertThat(tries.none()).isEqualTo(Fate.LEFT);
    assertThat(tries.bad("slow", false)).isEqualTo(Fate.COUNTS);
  }

  /**
   * Whatever happens, in any order: as long as there is no answer something is under way or about
   * to begin; a good answer always counts, a bad one only when nothing better can come; nobody is
   * cancelled twice, and nothing goes on after the end; only the newest gets a retry, and never
   * more than there are.
   */
  @Test
  void anyCourseOfARequestHasOneAnswerAndLeavesNothing() {
    for (int seed = 0; seed < 20_000; seed++) {
      Course course = new Course(seed);
      int events = 0;
      while (!course.over) {
        course.step();
        course.check();
        assertThat(events++).as("events of %s", seed).isLessThan(100);
      }
      assertThat(course.answers).as("answers of %s", seed).isEqualTo(1);
      assertThat(course.underWay).as("under way after %s", seed).isEmpty();
    }
  }

  /** What a forwarder does with one request, by chance. */
  private static final class Course {
    private final Tries<Object> tries = new Tries<>();
    private final Random random;
    private final int seed;

    /** Who is sent a request and neither answered nor was cancelled, as endpoints see it. */
    private final List<Object> underWay = new ArrayList<>();

    private int begun;
    private int left;
    private boolean pausing;
    private boolean over;
    private int answers;

    Course(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.left = random.nextInt(5);
      begin();
    }

    private void begin() {
      pausing = false;
      Object next = new Object();
      begun++;
      underWay.add(next);
      tries.begin(next);
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0 -> pauseEnds(true);
        case 1 -> pauseEnds(false);
        case 2, 3 -> slow();
        case 4, 5 -> bad();
        case 6 -> good();
        default -> {
          if (random.nextInt(4) == 0) {
            cancelAll();
          }
        }
      }
    }

    private void pauseEnds(boolean endpoints) {
      if (!pausing) {
        return;
      }
      if (endpoints) {
        begin();
        return;
      }
      pausing = false;
      Fate fate = tries.none();
      assertThat(fate).as("seed %s", seed).isEqualTo(underWay.isEmpty() ? Fate.COUNTS : Fate.LEFT);
      end(fate == Fate.COUNTS);
    }

    private void slow() {
      if (tries.newest() != null && left > 0) {
        left--;
        tries.overtake();
        pausing = true;
      }
    }

    private Object any() {
      return underWay.isEmpty() ? null : underWay.get(random.nextInt(underWay.size()));
    }

    private void bad() {
      Object from = any();
      if (from == null) {
        return;
      }
      boolean again = from == tries.newest() && left > 0 && random.nextBoolean();
      underWay.remove(from);
      Fate fate = tries.bad(from, again);
      if (again) {
        assertThat(fate).as("seed %s", seed).isEqualTo(Fate.AGAIN);
        left--;
        pausing = true;
        return;
      }
      assertThat(fate)
          .as("seed %s", seed)
          .isEqualTo(underWay.isEmpty() && !pausing ? Fate.COUNTS : Fate.LEFT);
      end(fate == Fate.COUNTS);
    }

    private void good() {
      Object winner = any();
      if (winner == null) {
        return;
      }
      underWay.remove(winner);
      cancelAllBut(winner);
      assertThat(tries.newest()).as("seed %s", seed).isSameAs(winner);
      end(true);
    }

    /** The client leaves, or its time is over. */
    private void cancelAll() {
      Object current = tries.newest();
      if (current != null) {
        assertThat(underWay.remove(current)).as("seed %s", seed).isTrue();
      }
      cancelAllBut(current);
      end(true);
    }

    private void cancelAllBut(Object winner) {
      for (Object loser = tries.loser(winner); loser != null; loser = tries.loser(winner)) {
        assertThat(underWay.remove(loser)).as("seed %s", seed).isTrue();
      }
    }

    private void end(boolean now) {
      if (now) {
        answers++;
        over = true;
      }
    }

    void check() {
      if (!over) {
        assertThat(!underWay.isEmpty() || pausing).as("somebody at work in %s", seed).isTrue();
        assertThat(tries.newest() == null || !pausing).as("one at a time in %s", seed).isTrue();
      }
      assertThat(begun).as("tries of %s", seed).isLessThanOrEqualTo(5);
    }
  }
}
