package dev.weft.xds.protocol;

import java.time.Duration;

/**
 * What a client has to do after an event, in this order.
 *
 * @param <Q> the request message of the variant
 */
public sealed interface ClientAction<Q> {
  /** Send this request on the current stream. */
  record Send<Q>(Q request) implements ClientAction<Q> {}

  /**
   * Apply this, then call {@link AdsClientState#onApplied}. Subscriptions that follow from the
   * batch are best changed while it is applied: they then reach the server before the confirmation,
   * as Envoy does it.
   */
  record Apply<Q>(ResourceBatch batch) implements ClientAction<Q> {}

  /** Call {@link AdsClientState#onTimer} after the delay; replaces a running timer equal to it. */
  record StartTimer<Q>(ClientTimer timer, Duration delay) implements ClientAction<Q> {}

  /** Forget the timer if it runs. */
  record StopTimer<Q>(ClientTimer timer) implements ClientAction<Q> {}
}
