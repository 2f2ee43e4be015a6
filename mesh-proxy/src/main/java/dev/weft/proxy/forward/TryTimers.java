package dev.weft.proxy.forward;

import dev.weft.proxy.loop.Deadlines;
import dev.weft.proxy.loop.Deadlines.Kind;
import dev.weft.proxy.route.RetryPlan;

/**
 * What a forwarded request may wait for: the whole answer, its begin, that of each try, a word of
 * the endpoint, and the pause before the next try. Sets ROUTE, ANSWER, TRY, TRY_IDLE and BACKOFF of
 * the exchange's deadlines, whose listener is told when they are over. Confined to its loop.
 */
final class TryTimers {
  private final Deadlines deadlines;
  private final long routeNanos;
  private final long answerNanos;
  private final long tryNanos;
  private final long idleNanos;

  /**
   * @param routeNanos for the whole answer, from the end of the request; 0 for no bound
   * @param answerNanos within which an answer has to begin, whatever the tries; 0 for no bound
   */
  TryTimers(Deadlines deadlines, RetryPlan retry, long routeNanos, long answerNanos) {
    this.deadlines = deadlines;
    this.routeNanos = routeNanos;
    this.answerNanos = answerNanos;
    this.tryNanos = retry.perTryNanos();
    this.idleNanos = retry.perTryIdleNanos();
  }

  /** The request asks for an upgrade, and has no end to count from: all of it has this time. */
  void onHandshake() {
    long now = System.nanoTime();
    deadlines.set(Kind.ROUTE, now, routeNanos);
    if (answerNanos > 0) {
      deadlines.set(Kind.ANSWER, now, answerNanos);
    }
  }

  /**
   * The request has come whole.
   *
   * @param head is told when the route's time ends
   * @param trying whether a try is under way whose time begins now
   * @param responding whether the answer has begun
   */
  void onRequestEnd(RequestHead head, boolean trying, boolean responding) {
    if (routeNanos <= 0 && tryNanos <= 0 && answerNanos <= 0) {
      return;
    }
    long now = System.nanoTime();
    deadlines.set(Kind.ROUTE, now, routeNanos);
    if (routeNanos > 0) {
      head.routeEndsAt(now + routeNanos);
    }
    if (trying && !responding) {
      deadlines.set(Kind.TRY, now, tryNanos);
    }
    if (answerNanos > 0 && !responding) {
      deadlines.set(Kind.ANSWER, now, answerNanos);
    }
  }

  /** A try has its time from now on, where the route gives it one. */
  void limitTry() {
    if (tryNanos > 0) {
      deadlines.set(Kind.TRY, System.nanoTime(), tryNanos);
    }
  }

  /** The endpoint may say nothing for a while, from now on. */
  void expectWord() {
    if (idleNanos > 0) {
      deadlines.set(Kind.TRY_IDLE, System.nanoTime(), idleNanos);
    }
  }

  /** A new try begins, whose endpoint has not got the request yet. */
  void onTry() {
    deadlines.clear(Kind.TRY_IDLE);
  }

  /** The newest try is over. */
  void endTry() {
    deadlines.clear(Kind.TRY);
    deadlines.clear(Kind.TRY_IDLE);
  }

  /**
   * The newest try is over, or overtaken, and the next comes after a pause.
   *
   * @param nanos at least 1
   */
  void pause(long nanos) {
    endTry();
    deadlines.set(Kind.BACKOFF, System.nanoTime(), nanos);
  }

  /** There will be no next try. */
  void endPause() {
    deadlines.clear(Kind.BACKOFF);
  }

  /** An answer has begun; the whole of it still has the route's time. */
  void onAnswer() {
    deadlines.clear(Kind.ANSWER);
    deadlines.clear(Kind.TRY);
  }

  /** An upgrade was granted: what goes on lasts as long as it wants. */
  void onUpgrade() {
    deadlines.clear(Kind.ROUTE);
  }

  /** Nothing is waited for any more. */
  void end() {
    deadlines.clear(Kind.ROUTE);
    deadlines.clear(Kind.ANSWER);
    endTry();
    endPause();
  }
}
