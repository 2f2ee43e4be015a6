package dev.weft.proxy.telemetry;

/**
 * Is told of every exchange that ended, and of relayed connections before, where their logs say so;
 * called on its event loop, must not block or throw.
 */
public interface ExchangeObserver {
  /** The exchange is over, or goes on; the view must not be used after the call. */
  void onComplete(Exchange exchange);
}
