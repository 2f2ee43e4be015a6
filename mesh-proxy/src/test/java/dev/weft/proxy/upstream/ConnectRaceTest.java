package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConnectRaceTest {
  private static final long APART = ConnectRace.APART_NANOS;

  @Test
  void theNextIsTriedAfterAPause() {
    ConnectRace race = new ConnectRace(3);
    assertThat(race.next(1000)).isZero();
    assertThat(race.next(1000)).isEqualTo(ConnectRace.NONE);
    assertThat(race.untilNext(1000 + 100)).isEqualTo(APART - 100);
    assertThat(race.next(1000 + APART - 1)).isEqualTo(ConnectRace.NONE);
    assertThat(race.next(1000 + APART)).isEqualTo(1);
    assertThat(race.untilNext(1000 + APART)).isEqualTo(APART);
  }

  @Test
  void theNextIsTriedAtOnceAfterAFailure() {
    ConnectRace race = new ConnectRace(2);
    race.next(0);
    assertThat(race.onFailed(5)).isFalse();
    assertThat(race.next(5)).isEqualTo(1);
    assertThat(race.onFailed(6)).isTrue();
  }

  @Test
  void theFirstThatIsConnectedWins() {
    ConnectRace race = new ConnectRace(3);
    race.next(0);
    race.next(APART);
    assertThat(race.onConnected()).isTrue();
    assertThat(race.onConnected()).isFalse();
    assertThat(race.onFailed(APART)).isFalse();
    assertThat(race.next(2 * APART)).isEqualTo(ConnectRace.NONE);
    assertThat(race.untilNext(2 * APART)).isNegative();
  }

  private record Outcome(long at, int address, boolean connected) {}

  /** One course of a race: addresses that answer, refuse, or do neither, and a time for it all. */
  private static final class Course {
    final SplittableRandom random;
    final int addresses;
    final ConnectRace race;
    final long end;
    final PriorityQueue<Outcome> due = new PriorityQueue<>(Comparator.comparingLong(Outcome::at));
    final List<Long> begun = new ArrayList<>();
    final Set<Integer> open = new HashSet<>();
    final Set<Integer> failed = new HashSet<>();
    final List<Integer> winners = new ArrayList<>();
    boolean lost;
    long lastFailure = Long.MIN_VALUE;
    long now;

    Course(long seed) {
      random = new SplittableRandom(seed);
      addresses = random.nextInt(1, 9);
      race = new ConnectRace(addresses);
      now = random.nextLong();
      end = now + random.nextLong(1, 4 * APART);
    }

    void run() {
      begin();
      while (!open.isEmpty() && winners.isEmpty()) {
        long wait = race.untilNext(now);
        long next = wait < 0 ? end : now + wait;
        Outcome outcome = due.peek();
        if (outcome != null && outcome.at() - next <= 0 && outcome.at() - end < 0) {
          now = due.remove().at();
          settle(outcome);
        } else if (next - end < 0) {
          now = next;
          begin();
        } else {
          now = end;
          race.giveUp();
          open.clear();
        }
      }
    }

    private void begin() {
      for (int next = race.next(now); next != ConnectRace.NONE; next = race.next(now)) {
        assertThat(next).as("in order, each once").isEqualTo(begun.size());
        boolean early = !begun.isEmpty() && now - begun.getLast() < APART;
        assertThat(!early || lastFailure == now).as("apart, but for failures").isTrue();
        begun.add(now);
        open.add(next);
        if (random.nextInt(3) > 0) {
          long at = now + random.nextLong(2 * APART);
          due.add(new Outcome(at, next, random.nextBoolean()));
        }
      }
    }

    private void settle(Outcome outcome) {
      open.remove(outcome.address());
      if (outcome.connected()) {
        if (race.onConnected()) {
          winners.add(outcome.address());
        }
        return;
      }
      failed.add(outcome.address());
      lastFailure = now;
      lost = race.onFailed(now);
      begin();
      boolean rest = begun.size() < addresses;
      assertThat(rest && open.isEmpty()).as("idle with addresses left").isFalse();
    }
  }

  @Test
  void oneWinsAtMostAndAllAreTriedBeforeItIsLost() {
    int won = 0;
    int lost = 0;
    for (long seed = 0; seed < 20_000; seed++) {
      Course course = new Course(seed);
      course.run();
      String which = "seed " + seed;
      assertThat(course.begun.size()).as(which).isBetween(1, course.addresses);
      assertThat(course.winners.size()).as(which).isLessThanOrEqualTo(1);
      assertThat(course.lost).as(which).isEqualTo(course.failed.size() == course.addresses);
      // whatever comes later, of those that are being closed, counts for nothing
      assertThat(course.race.next(course.end + APART)).as(which).isEqualTo(ConnectRace.NONE);
      assertThat(course.race.onConnected()).as(which).isFalse();
      assertThat(course.race.onFailed(course.end)).as(which).isFalse();
      won += course.winners.size();
      lost += course.lost ? 1 : 0;
    }
    assertThat(won).isGreaterThan(500);
    assertThat(lost).isGreaterThan(500);
  }
}
