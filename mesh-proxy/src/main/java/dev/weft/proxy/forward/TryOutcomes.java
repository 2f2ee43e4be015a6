package dev.weft.proxy.forward;

import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.forward.Tries.Fate;
import dev.weft.proxy.telemetry.RequestTally;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.random.RandomGenerator;

/**
 * What comes of a try that failed, takes too long, or was answered in a way that may be bettered:
 * another try, if the policy has one left and the request can be sent again, or the client hears of
 * it. Confined to its loop.
 */
final class TryOutcomes {
  private final Retries retries;
  private final RequestBody body;
  private final RequestHead head;
  private final TryTimers timers;
  private final Caller caller;
  private final RandomGenerator random;
  private final RequestTally tally;

  /** Whether the try before took too long. */
  private boolean tooLong;

  TryOutcomes(
      Retries retries,
      RequestBody body,
      RequestHead head,
      TryTimers timers,
      Caller caller,
      RandomGenerator random,
      RequestTally tally) {
    this.retries = retries;
    this.body = body;
    this.head = head;
    this.timers = timers;
    this.caller = caller;
    this.random = random;
    this.tally = tally;
  }

  /** Whether the try before the next took too long. */
  boolean tooLong() {
    return tooLong;
  }

  /** A try takes too long: it goes on, and another begins beside it, if there is one left. */
  void overtake(Attempt slow) {
    if (slow.isLate()
        && body.replayable()
        && retries.takeBeside(slow, caller, random, head.spareNanos())) {
      tooLong = true;
      retries.overtake();
      timers.pause(retries.pause());
    }
  }

  /**
   * Whether an answer is not passed on, because another try may do better.
   *
   * @param newest whether it is the newest try's
   */
  boolean isLeft(Attempt from, boolean newest, int status, Http2Headers response) {
    if (!retries.worthAnother(status, response)) {
      return false;
    }
    boolean again =
        newest
            && body.replayable()
            && retries.take(response, from, caller, random, head.spareNanos());
    Fate fate = retries.bad(from, again);
    if (again) {
      tooLong = false;
      timers.pause(retries.pause());
    } else if (newest) {
      timers.endTry();
    }
    if (fate == Fate.COUNTS) {
      retries.giveUp(caller);
    }
    return fate != Fate.COUNTS;
  }

  /**
   * Whether a request that no endpoint has processed, or may be processed twice, is tried again at
   * once, without a policy.
   */
  boolean isUnasked(Attempt from, Kind failure) {
    if (from != retries.newest() || !body.replayable()) {
      return false;
    }
    tooLong = false;
    if (!retries.takeUnasked(failure, from)) {
      return false;
    }
    retries.bad(from, true);
    return true;
  }

  /**
   * A try failed before the answer began, and {@link #isUnasked} is not so.
   *
   * @param headersSent whether the endpoint may have seen the request
   * @return whether the client hears nothing of it
   */
  boolean isBettered(Attempt from, Kind failure, boolean headersSent) {
    boolean newest = from == retries.newest();
    if (newest && body.replayable()) {
      tooLong = failure == Kind.PER_TRY_TIMEOUT || failure == Kind.PER_TRY_IDLE;
      if (retries.take(failure, headersSent, from, caller, random, head.spareNanos())) {
        retries.bad(from, true);
        timers.pause(retries.pause());
        return true;
      }
    }
    if (newest) {
      timers.endTry();
    }
    if (retries.bad(from, false) == Fate.COUNTS) {
      retries.giveUp(failure, headersSent, caller);
      return false;
    }
    tally.answered(from.routed().stats(), StatusLine.ofFailure(failure));
    return true;
  }
}
