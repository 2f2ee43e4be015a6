package dev.weft.proxy.filter.longstreams;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many streams each caller has to each cluster, as long as it has one. Where there are too many
 * callers, further ones to a cluster are counted as one. It outlives configurations: limits come
 * with each question. From any thread.
 */
public final class CallerSeats {
  /** So many callers are told apart, of all clusters. */
  static final int MOST = 10_000;

  /** A caller with a longer name is not told apart. */
  static final int LONGEST = 512;

  /** Whom nobody can be called like: other names say first what kind of name they are. */
  private static final String OTHERS = "*";

  private static final int GONE = -1;

  private record Key(String cluster, String caller) {}

  /** A caller that has streams. */
  static final class Seat {
    private final Key key;
    private final AtomicInteger taken = new AtomicInteger(1);

    private Seat(Key key) {
      this.key = key;
    }
  }

  private final int most;
  private final Map<Key, Seat> seats = new ConcurrentHashMap<>();
  private final AtomicInteger callers = new AtomicInteger();

  /** None has a stream. */
  public CallerSeats() {
    this(MOST);
  }

  /**
   * @param most how many callers are told apart
   */
  CallerSeats(int most) {
    this.most = most;
  }

  /**
   * One stream more.
   *
   * @param limit above 0
   * @return to be given to {@link #leave} once; null if the caller has as many as it may
   */
  @Nullable Seat take(String cluster, String caller, int limit) {
    Key key = new Key(cluster, caller.length() > LONGEST ? OTHERS : caller);
    while (true) {
      Seat seat = seats.get(key);
      if (seat == null) {
        boolean own = !key.caller.equals(OTHERS);
        if (own && !reserve()) {
          key = new Key(cluster, OTHERS);
          continue;
        }
        Seat added = new Seat(key);
        if (seats.putIfAbsent(key, added) == null) {
          return added;
        }
        if (own) {
          callers.decrementAndGet(); // somebody was sooner
        }
        continue;
      }
      int taken = seat.taken.get();
      if (taken == GONE) {
        seats.remove(key, seat);
      } else if (taken >= limit) {
        return null;
      } else if (seat.taken.compareAndSet(taken, taken + 1)) {
        return seat;
      }
    }
  }

  private boolean reserve() {
    while (true) {
      int there = callers.get();
      if (there >= most) {
        return false;
      }
      if (callers.compareAndSet(there, there + 1)) {
        return true;
      }
    }
  }

  /** A stream has ended. */
  void leave(Seat seat) {
    if (seat.taken.decrementAndGet() == 0 && seat.taken.compareAndSet(0, GONE)) {
      if (!seat.key.caller.equals(OTHERS)) {
        callers.decrementAndGet(); // first, so that who comes again at once finds room
      }
      seats.remove(seat.key, seat);
    }
  }

  /** How many callers have streams; those that are not told apart count as one of each cluster. */
  int size() {
    return seats.size();
  }
}
