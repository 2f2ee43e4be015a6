package dev.weft.proxy.telemetry;

/**
 * What may be measured of the requests to a cluster; in small letters and after {@code upstream_}
 * the name of its statistic. Sizes are bytes, of headers those of names and values.
 */
public enum Measured {
  RQ_HEADERS_SIZE,
  RQ_HEADERS_COUNT,
  RQ_BODY_SIZE,
  RS_HEADERS_SIZE,
  RS_HEADERS_COUNT,
  RS_BODY_SIZE,
  /** Percent of a request's time. */
  RQ_TIMEOUT_BUDGET_PERCENT_USED,
  /** Percent of a try's time. */
  RQ_TIMEOUT_BUDGET_PER_TRY_PERCENT_USED
}
