package dev.weft.proxy.telemetry;

/**
 * Counts of connection managers with one stat_prefix, by Envoy's names below {@code envoy_http_}.
 * Called on the event loops, by several at once; must not block.
 */
public interface HttpStats {
  /**
   * {@code downstream_cx_total}, {@code downstream_cx_active}, and the same of {@code _http1},
   * {@code _http2} and, on TLS, {@code _ssl}.
   */
  void connectionOpened(boolean http2, boolean tls);

  /** The other end of {@link #connectionOpened}. */
  void connectionClosed(boolean http2, boolean tls);

  /**
   * {@code downstream_rq_total}, {@code downstream_rq_active}, and {@code
   * downstream_rq_http1_total} or {@code downstream_rq_http2_total}.
   */
  void requestStarted(boolean http2);

  /** A request has passed all filters: {@code rq_total}. */
  void requestRouted();

  /**
   * {@code downstream_rq_active}, {@code downstream_rq_completed}, {@code downstream_rq_xx}, {@code
   * downstream_rq_time}.
   *
   * @param status 0 if no response was begun
   */
  void requestEnded(int status, long nanos);

  /** {@code downstream_rq_rx_reset}. */
  void receivedReset();

  /** {@code downstream_rq_tx_reset}. */
  void sentReset();

  /** The whole request was not there in time: {@code downstream_rq_timeout}. */
  void requestTimeout();

  /** {@code downstream_rq_idle_timeout}. */
  void idleTimeout();

  /** {@code downstream_rq_max_duration_reached}. */
  void maxDurationReached();

  /** Answered 503 as memory runs short: {@code downstream_rq_overload_close}. */
  void overloaded();

  /**
   * A connection ends after its answer as memory runs short: {@code
   * downstream_cx_overload_disable_keepalive}.
   */
  void keepaliveDisabled();

  /** {@code no_route}. */
  void noRoute();

  /** {@code no_cluster}. */
  void noCluster();

  /**
   * A redirect that was to be followed goes to the client: {@code
   * passthrough_internal_redirect_bad_location} and the like.
   */
  void redirectPassed(RedirectPassed why);

  /** A direct response or redirect: {@code rq_direct_response}. */
  void directResponse();

  /** Why a redirect is not followed; the end of its statistic's name, in capitals. */
  enum RedirectPassed {
    BAD_LOCATION,
    UNSAFE_SCHEME,
    TOO_MANY_REDIRECTS,
    NO_ROUTE,
    PREDICATE
  }
}
