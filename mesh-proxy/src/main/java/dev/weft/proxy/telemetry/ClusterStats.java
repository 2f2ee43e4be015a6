package dev.weft.proxy.telemetry;

import dev.weft.xds.model.Priority;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counts of one cluster, by Envoy's names below {@code envoy_cluster_}. Called on the event loops,
 * by several at once; must not block.
 */
public interface ClusterStats {
  /**
   * A try has a connection to an endpoint, or a relayed connection has: {@code upstream_rq_total},
   * {@code upstream_rq_active}.
   */
  void requestStarted();

  /** One that has started ended, however: {@code upstream_rq_active}. */
  void requestEnded();

  /**
   * The head of the answer that counts came, or the proxy answered in place of the endpoints:
   * {@code upstream_rq_completed}, {@code upstream_rq_xx}.
   *
   * @param status 200..599, or 101
   */
  void answered(int status);

  /** An answer whose status is not counted: {@code upstream_rq_completed}. */
  void answeredSomehow();

  /**
   * The answer that counts was received completely: {@code upstream_rq_time}.
   *
   * @param nanos from the complete request to the complete answer, over all tries
   */
  void took(long nanos);

  /** What is measured where that is asked for. */
  void measured(Measured what, long value);

  /** {@code upstream_rq_retry}. */
  void retry();

  /** {@code upstream_rq_retry_success}. */
  void retrySucceeded();

  /** The retry budget or breaker was used up: {@code upstream_rq_retry_overflow}. */
  void retryOverflow();

  /** {@code upstream_rq_retry_limit_exceeded}. */
  void retryLimitExceeded();

  /**
   * A redirect that was to be followed: {@code upstream_internal_redirect_succeeded_total} where it
   * is, {@code upstream_internal_redirect_failed_total} where the client gets it.
   */
  void redirect(boolean followed);

  /** The route's timeout: {@code upstream_rq_timeout}. */
  void timeout();

  /** {@code upstream_rq_per_try_timeout}. */
  void perTryTimeout();

  /** {@code upstream_rq_per_try_idle_timeout}. */
  void perTryIdleTimeout();

  /** The request breaker or the pool's queue was full: {@code upstream_rq_pending_overflow}. */
  void pendingOverflow();

  /**
   * A try waits for a connection, or does so no longer: {@code upstream_rq_pending_total}, {@code
   * upstream_rq_pending_active}.
   */
  void pending(boolean waits);

  /** It was given up before there was one: {@code upstream_rq_cancelled}. */
  void pendingCancelled();

  /** There will be none: {@code upstream_rq_pending_failure_eject}. */
  void pendingFailed();

  /** {@code upstream_rq_rx_reset}. */
  void receivedReset();

  /** {@code upstream_rq_tx_reset}. */
  void sentReset();

  /** {@code upstream_cx_none_healthy}. */
  void noneHealthy();

  /** {@code upstream_cx_total}, {@code upstream_cx_active}. */
  void connectionOpened();

  /** A connection that counts already is tried at another address: {@code upstream_cx_total}. */
  void connectionTried();

  /** {@code upstream_cx_destroy}, {@code upstream_cx_active}. */
  void connectionClosed();

  /**
   * {@code upstream_cx_connect_fail}; {@code upstream_cx_connect_timeout} where it took too long.
   */
  void connectFailed(boolean timeout);

  /** It cannot come from where it is to come from: {@code bind_errors}. */
  void bindFailed();

  /** A connection closed as a PING was not answered: {@code http2.keepalive_timeout}. */
  void pingUnanswered();

  /** {@code upstream_cx_max_duration_reached}. */
  void connectionTooOld();

  /** {@code upstream_rq_max_duration_reached}. */
  void streamTooLong();

  /** A relay tried to connect as often as it may: {@code upstream_cx_connect_attempts_exceeded}. */
  void connectAttemptsExceeded();

  /** {@code upstream_cx_overflow}. */
  void connectionOverflow();

  /** An endpoint was found to be an outlier: {@code outlier_detection.ejections_detected_*}. */
  void outlier(Outlier kind);

  /**
   * An endpoint was ejected for it: {@code outlier_detection.ejections_enforced_*}, {@code
   * outlier_detection.ejections_enforced_total}.
   */
  void ejected(Outlier kind);

  /** An endpoint would have been ejected, had not too many been: {@code ..._ejections_overflow}. */
  void ejectionOverflow();

  /** {@code health_check.attempt} and the like. */
  void healthCheck(HealthCheck what);

  /** {@code health_check.healthy}, {@code health_check.degraded}: of the endpoints checked. */
  void checkedEndpoints(int healthy, int degraded);

  /**
   * {@code membership_total}, {@code membership_healthy}, {@code membership_degraded}, {@code
   * membership_excluded}, {@code outlier_detection.ejections_active}.
   */
  void membership(int total, int healthy, int degraded, int excluded, int ejected);

  /** A breaker opened or closed: {@code circuit_breakers.default.rq_open} and the like. */
  void breaker(Priority priority, Breaker breaker, boolean open);

  /**
   * Who knows what breakers have left: {@code circuit_breakers.default.remaining_cx} and the like.
   *
   * @param left null where nobody wants to know
   */
  void left(Priority priority, @Nullable ToIntFunction<Breaker> left);

  /** What is counted of health checks. */
  enum HealthCheck {
    ATTEMPT,
    SUCCESS,
    FAILURE,
    /** A failure that an answer to a request told. */
    PASSIVE_FAILURE,
    /** A failure without an answer. */
    NETWORK_FAILURE,
    /** A check whose answer had to come from a certain service. */
    VERIFY_CLUSTER
  }

  /** What a circuit breaker limits. */
  enum Breaker {
    CONNECTIONS,
    PENDING,
    REQUESTS,
    RETRIES
  }

  /** What an endpoint is ejected for; the end of its statistics' names, in capitals. */
  enum Outlier {
    CONSECUTIVE_5XX,
    CONSECUTIVE_GATEWAY_FAILURE,
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
    SUCCESS_RATE,
    LOCAL_ORIGIN_SUCCESS_RATE,
    FAILURE_PERCENTAGE,
    LOCAL_ORIGIN_FAILURE_PERCENTAGE
  }
}
