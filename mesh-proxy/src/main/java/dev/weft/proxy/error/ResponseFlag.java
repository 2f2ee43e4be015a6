package dev.weft.proxy.error;

import java.util.function.Function;

/**
 * Why an exchange did not simply pass through; in logs by Envoy's names. An exchange may have
 * several, kept as a set of {@link #bit}s.
 */
public enum ResponseFlag {
  /** No healthy endpoint. */
  NO_HEALTHY_UPSTREAM("UH", "NoHealthyUpstream"),
  /** No connection to the endpoint. */
  UPSTREAM_CONNECTION_FAILURE("UF", "UpstreamConnectionFailure"),
  /** A circuit breaker was open. */
  UPSTREAM_OVERFLOW("UO", "UpstreamOverflow"),
  /** No route, or no filter chain, matched. */
  NO_ROUTE("NR", "NoRouteFound"),
  /** The retry limit, or the limit of connection attempts, was reached. */
  RETRY_LIMIT_EXCEEDED("URX", "UpstreamRetryLimitExceeded"),
  /** The endpoint took too long. */
  UPSTREAM_TIMEOUT("UT", "UpstreamRequestTimeout"),
  /** The client closed its connection. */
  DOWNSTREAM_CONNECTION_TERMINATION("DC", "DownstreamConnectionTermination"),
  /** The client reset its HTTP/2 stream. */
  DOWNSTREAM_RESET("DR", "DownstreamRemoteReset"),
  /** Reset by this proxy. */
  LOCAL_RESET("LR", "LocalReset"),
  /** The endpoint reset the stream. */
  UPSTREAM_RESET("UR", "UpstreamRemoteReset"),
  /** The endpoint's connection closed. */
  UPSTREAM_CONNECTION_TERMINATION("UC", "UpstreamConnectionTermination"),
  /** The client broke the protocol. */
  DOWNSTREAM_PROTOCOL_ERROR("DPE", "DownstreamProtocolError"),
  /** The endpoint broke the protocol. */
  UPSTREAM_PROTOCOL_ERROR("UPE", "UpstreamProtocolError"),
  /** No activity on the stream. */
  STREAM_IDLE_TIMEOUT("SI", "StreamIdleTimeout"),
  /** The route's cluster does not exist. */
  NO_CLUSTER("NC", "NoClusterFound"),
  /** The stream or connection lived as long as it may. */
  DURATION_TIMEOUT("DT", "DurationTimeout"),
  /** A try took longer than its cluster lets. */
  UPSTREAM_MAX_STREAM_DURATION("UMSDR", "UpstreamMaxStreamDurationReached"),
  /** Delayed by an injected fault. */
  DELAY_INJECTED("DI", "DelayInjected"),
  /** Answered by an injected fault. */
  FAULT_INJECTED("FI", "FaultInjected"),
  /** No token was left for it. */
  RATE_LIMITED("RL", "RateLimited"),
  /** A health check that the proxy answered in the negative. */
  FAILED_LOCAL_HEALTH_CHECK("LH", "FailedLocalHealthCheck"),
  /** Shed because the proxy has too much to do. */
  OVERLOADED("OM", "OverloadManagerTerminated"),
  /** Dropped, as the source of the endpoints says. */
  DROP_OVERLOAD("DO", "DropOverload"),
  /** As before, with all others. */
  UNCONDITIONAL_DROP_OVERLOAD("UDO", "UnconditionalDropOverload");

  private static final ResponseFlag[] ALL = values();
  private final String code;
  private final String longName;

  ResponseFlag(String code, String longName) {
    this.code = code;
    this.longName = longName;
  }

  /** Envoy's abbreviation. */
  public String code() {
    return code;
  }

  /** Envoy's name in full. */
  public String longName() {
    return longName;
  }

  /** This flag as a set of its own. */
  public int bit() {
    return 1 << ordinal();
  }

  /** Whether a set of bits has this flag. */
  public boolean in(int bits) {
    return (bits & bit()) != 0;
  }

  /** The abbreviations of a request's set, with commas, {@code -} for none; {@code URX} leads. */
  public static String format(int bits) {
    return format(bits, true, ResponseFlag::code);
  }

  /**
   * The names of a set, with commas, {@code -} for none.
   *
   * @param retriesLead whether {@code URX} comes first
   */
  public static String format(int bits, boolean retriesLead, Function<ResponseFlag, String> name) {
    if (bits == 0) {
      return "-";
    }
    StringBuilder text = new StringBuilder();
    if (retriesLead && RETRY_LIMIT_EXCEEDED.in(bits)) {
      text.append(name.apply(RETRY_LIMIT_EXCEEDED));
    }
    for (ResponseFlag flag : ALL) {
      if (flag.in(bits) && !(retriesLead && flag == RETRY_LIMIT_EXCEEDED)) {
        text.append(text.isEmpty() ? "" : ",").append(name.apply(flag));
      }
    }
    return text.toString();
  }
}
