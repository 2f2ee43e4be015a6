package dev.weft.proxy.filter.longstreams;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of one stream by time: silences of each side, a notice, an end. It has no clock:
 * times are its caller's, in nanoseconds on any clock that does not go back. Not for several
 * threads.
 */
final class StreamTimes {
  /** What time brings. */
  enum Due {
    /** The client is to go elsewhere with what is new; once. */
    NOTICE,
    /** The client has said nothing for too long: the end. */
    CLIENT_IDLE,
    /** The endpoint has: the end. */
    ENDPOINT_IDLE,
    /** It has lasted as long as it may: the end. */
    TOO_OLD
  }

  /** How long it is until something that will never happen. */
  static final long NEVER = Long.MAX_VALUE;

  /** How long each may take, in nanoseconds; 0 for ever. */
  record Bounds(long clientIdleNanos, long endpointIdleNanos, long maxNanos) {}

  private final Bounds bounds;
  private final long noticeNanos;
  private final long begun;
  private long clientHeard;
  private long endpointHeard;
  private boolean clientSpeaks;
  private boolean endpointBegan;
  private boolean endpointSpeaks;
  private boolean noticed;
  private boolean over;

  /**
   * The head of the request came.
   *
   * @param noticeNanos from now to the notice; 0 for none
   * @param requestEnded whether the head is all of it
   */
  StreamTimes(Bounds bounds, long noticeNanos, long now, boolean requestEnded) {
    this.bounds = bounds;
    this.noticeNanos = noticeNanos;
    this.begun = now;
    this.clientHeard = now;
    this.clientSpeaks = !requestEnded;
  }

  /** Something came from the client. */
  void onClient(long now, boolean ended) {
    clientHeard = now;
    clientSpeaks &= !ended;
  }

  /**
   * Something came from the endpoint.
   *
   * @return whether it is the first, so that {@link #next} may have come nearer
   */
  boolean onEndpoint(long now, boolean ended) {
    boolean first = !endpointBegan;
    endpointBegan = true;
    endpointHeard = now;
    endpointSpeaks = !ended;
    return first;
  }

  /** What is due, to be asked until it is nothing; after an end there is nothing more. */
  @Nullable Due due(long now) {
    if (over) {
      return null;
    }
    Due end = end(now);
    if (end != null) {
      over = true;
      return end;
    }
    if (!noticed && left(noticeNanos, begun, now) <= 0) {
      noticed = true;
      return Due.NOTICE;
    }
    return null;
  }

  private @Nullable Due end(long now) {
    if (left(bounds.maxNanos(), begun, now) <= 0) {
      return Due.TOO_OLD;
    }
    if (clientSpeaks && left(bounds.clientIdleNanos(), clientHeard, now) <= 0) {
      return Due.CLIENT_IDLE;
    }
    if (endpointSpeaks && left(bounds.endpointIdleNanos(), endpointHeard, now) <= 0) {
      return Due.ENDPOINT_IDLE;
    }
    return null;
  }

  /** How long it is, at least, until something is due; {@link #NEVER} if nothing will be. */
  long next(long now) {
    if (over) {
      return NEVER;
    }
    long next = left(bounds.maxNanos(), begun, now);
    if (!noticed) {
      next = Math.min(next, left(noticeNanos, begun, now));
    }
    if (clientSpeaks) {
      next = Math.min(next, left(bounds.clientIdleNanos(), clientHeard, now));
    }
    if (endpointSpeaks) {
      next = Math.min(next, left(bounds.endpointIdleNanos(), endpointHeard, now));
    }
    return next;
  }

  private static long left(long bound, long since, long now) {
    return bound == 0 ? NEVER : bound - (now - since);
  }
}
