package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.filter.breaker.Breaker.Control;
import dev.weft.proxy.filter.breaker.Breaker.Outcome;
import dev.weft.proxy.filter.breaker.Breaker.State;
import java.util.ArrayList;
import java.util.List;

/** What a breaker has to do, written down as one would tell it: for one thread, with lists. */
final class PlainBreaker {
  /** A request that ended. */
  private record Ended(long nanos, boolean failed) {}

  /** A request that passed: in which life of the breaker, and whether it was a trial. */
  static final class Passed {
    final int life;
    final boolean trial;

    Passed(int life, boolean trial) {
      this.life = life;
      this.trial = trial;
    }
  }

  private final List<Ended> ended = new ArrayList<>();

  /** Begins anew with each change of the state, and with each trial. */
  private int life;

  private State state = State.CLOSED;
  private Control control = Control.AUTO;
  private boolean trying;
  private long since;

  /** Those that counted last. */
  private Limits asked;

  int active;

  /** Null if the request may not pass. */
  Passed ask(Limits limits, long now) {
    asked = limits;
    if (control == Control.OPEN) {
      return null;
    }
    if (control == Control.CLOSED || state == State.CLOSED) {
      if (active >= limits.maxConcurrent()) {
        return null;
      }
      active++;
      return new Passed(control == Control.CLOSED ? -1 : life, false);
    }
    if (now < since + limits.resetNanos()) {
      return null;
    }
    trying = true;
    since = now;
    active++;
    return new Passed(++life, true);
  }

  void report(Passed passed, Outcome outcome, Limits limits, long now) {
    active--;
    if (passed.life != life || control != Control.AUTO) {
      return;
    }
    if (passed.trial) {
      trying = false;
      switch (outcome) {
        case SUCCESS -> become(State.CLOSED);
        case FAILURE -> open(now);
        case ABANDONED -> open(now - limits.resetNanos());
      }
    } else if (outcome != Outcome.ABANDONED) {
      ended.add(new Ended(now, outcome == Outcome.FAILURE));
      if (outcome == Outcome.FAILURE
          && requests(limits, now) >= limits.minRequests()
          && failures(limits, now) * 100 >= requests(limits, now) * limits.failurePercent()) {
        open(now);
      }
    }
  }

  private void open(long from) {
    become(State.OPEN);
    since = from;
  }

  private void become(State next) {
    state = next;
    life++;
    ended.clear();
    trying = false;
  }

  void control(Control by) {
    control = by;
    become(State.CLOSED);
  }

  /** A window is ten tenths: the one that has begun, and the nine before. */
  private static boolean counts(Ended request, Limits limits, long now) {
    long tenth = limits.windowNanos() / 10;
    return Math.floorDiv(request.nanos(), tenth) > Math.floorDiv(now, tenth) - 10;
  }

  long requests(Limits limits, long now) {
    return ended.stream().filter(request -> counts(request, limits, now)).count();
  }

  long failures(Limits limits, long now) {
    return ended.stream()
        .filter(request -> request.failed() && counts(request, limits, now))
        .count();
  }

  State state(long now) {
    if (control != Control.AUTO) {
      return control == Control.OPEN ? State.OPEN : State.CLOSED;
    }
    return state == State.OPEN && (trying || now >= since + asked.resetNanos())
        ? State.HALF_OPEN
        : state;
  }
}
