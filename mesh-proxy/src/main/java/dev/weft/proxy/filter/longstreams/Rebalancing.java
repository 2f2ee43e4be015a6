package dev.weft.proxy.filter.longstreams;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Which streams of a cluster are told to go elsewhere when endpoints have come: some at a time, the
 * oldest at the endpoints that have more than their share, until none has more. It has no clock and
 * no chance of its own: times are its caller's, in nanoseconds on any clock that does not go back.
 * Not for several threads.
 */
final class Rebalancing {
  /** So many streams are told at a time, whatever their share is. */
  static final int MOST = 1_000;

  /** It is given up when nobody could be told so many times in a row. */
  static final int IDLE_ROUNDS = 32;

  /**
   * It is given up when so many times as many were told as were open when it began. Where endpoints
   * are drawn regardless of their load a stream may come back to where it was.
   */
  static final int PASSES = 2;

  private static final int PERCENT = 100;

  /** Sums of weights may miss whole numbers by this. */
  private static final double ROUNDING = 1e-6;

  private static final long UNKNOWN = -1;

  /**
   * A stream that is to be told.
   *
   * @param delayNanos after which; less than the interval, and the same for a whole connection
   */
  record Notice<S extends OpenStream>(S stream, long delayNanos) {}

  /** What an endpoint has. */
  private static final class Tally {
    private final double weight;
    private int open;
    private int told;
    private int fair;

    private Tally(double weight) {
      this.weight = weight;
    }

    /** How many are to go that have not been told. */
    private int excess() {
      return open - told - fair;
    }
  }

  private final long intervalNanos;
  private final int maxPercent;
  private Map<?, Double> weights;
  private long since;
  private boolean active;
  private long left = UNKNOWN;
  private int idle;

  /**
   * @param maxPercent of the streams that are told in an interval, 1..100
   * @param weights of the endpoints that there are, above 0
   */
  Rebalancing(long intervalNanos, int maxPercent, Map<?, Double> weights) {
    this.intervalNanos = intervalNanos;
    this.maxPercent = maxPercent;
    this.weights = weights;
  }

  /**
   * Whether streams are to be looked at: endpoints have come, and nothing has changed for an
   * interval; or streams were looked at an interval ago, and there were too many at some.
   *
   * @param latest the endpoints that there are now
   */
  boolean due(Map<?, Double> latest, long now) {
    if (!weights.equals(latest)) {
      if (!weights.keySet().containsAll(latest.keySet())) {
        active = true;
        left = UNKNOWN;
        idle = 0;
      }
      weights = latest;
      since = now;
      return false;
    }
    return active && now - since >= intervalNanos;
  }

  /** Who is to be told now. They count as told from the next call on, if their clients were. */
  <S extends OpenStream> List<Notice<S>> choose(List<S> streams, long now, RandomGenerator random) {
    since = now;
    Map<Object, Tally> tallies = tallies(streams);
    int total = tallies.values().stream().mapToInt(tally -> tally.open).sum();
    if (tallies.values().stream().allMatch(tally -> tally.open <= tally.fair)) {
      active = false;
      return List.of();
    }
    if (left == UNKNOWN) {
      left = (long) PASSES * total;
    }
    long most = Math.clamp((long) total * maxPercent / PERCENT, 1, Math.min(MOST, left));
    List<Notice<S>> notices = notices(streams, tallies, most, now, random);
    left -= notices.size();
    idle = notices.isEmpty() ? idle + 1 : 0;
    active = left > 0 && idle < IDLE_ROUNDS;
    return notices;
  }

  private Map<Object, Tally> tallies(List<? extends OpenStream> streams) {
    Map<Object, Tally> tallies = new HashMap<>();
    weights.forEach((endpoint, weight) -> tallies.put(endpoint, new Tally(weight)));
    int total = 0;
    for (OpenStream stream : streams) {
      Tally tally = tallies.get(stream.endpoint());
      if (tally != null) {
        total++;
        tally.open++;
        tally.told += stream.told() ? 1 : 0;
      }
    }
    double all = tallies.values().stream().mapToDouble(tally -> tally.weight).sum();
    for (Tally tally : tallies.values()) {
      tally.fair = (int) Math.ceil(total * tally.weight / all - ROUNDING);
    }
    return tallies;
  }

  private <S extends OpenStream> List<Notice<S>> notices(
      List<S> streams, Map<Object, Tally> tallies, long most, long now, RandomGenerator random) {
    Map<Object, List<S>> byConnection = new IdentityHashMap<>();
    List<S> candidates = new ArrayList<>();
    for (S stream : streams) {
      if (!stream.told()) {
        byConnection.computeIfAbsent(stream.connection(), key -> new ArrayList<>()).add(stream);
        Tally tally = tallies.get(stream.endpoint());
        // What has just begun came by the balance that there is now.
        if (tally != null
            && tally.excess() > 0
            && stream.tellable()
            && now - stream.begun() >= intervalNanos) {
          candidates.add(stream);
        }
      }
    }
    candidates.sort(Comparator.comparingLong(stream -> stream.begun() - now));
    List<Notice<S>> notices = new ArrayList<>();
    for (S candidate : candidates) {
      Tally crowded = tallies.get(candidate.endpoint());
      List<S> together = byConnection.get(candidate.connection());
      if (crowded == null || together == null || crowded.excess() <= 0) {
        continue; // told by now, with its connection or with others of its endpoint
      }
      if (notices.isEmpty() || notices.size() + together.size() <= most) {
        byConnection.remove(candidate.connection());
        long delay = random.nextLong(intervalNanos);
        for (S stream : together) {
          notices.add(new Notice<>(stream, delay));
          Tally tally = tallies.get(stream.endpoint());
          if (tally != null) {
            tally.told++;
          }
        }
        if (notices.size() >= most) {
          break;
        }
      }
    }
    return notices;
  }
}
