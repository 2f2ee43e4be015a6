package dev.weft.proxy.error;

/**
 * Why an exchange did not simply pass through; in logs by Envoy's names. An exchange may have
 * several, kept as a set of {@link #bit}s.
 */
public enum ResponseFlag {
  /** No healthy endpoint. */
  NO_HEALTHY_UPSTREAM("UH"),
  /** No connection to the endpoint. */
  UPSTREAM_CONNECTION_FAILURE("UF"),
  /** A circuit breaker was open. */
  UPSTREAM_OVERFLOW("UO"),
  /** No route, or no filter chain, matched. */
  NO_ROUTE("NR"),
  /** The retry limit, or the limit of connection attempts, was reached. */
  RETRY_LIMIT_EXCEEDED("URX"),
  /** The endpoint took too long. */
  UPSTREAM_TIMEOUT("UT"),
  /** The client closed its connection. */
  DOWNSTREAM_CONNECTION_TERMINATION("DC"),
  /** The client reset its HTTP/2 stream. */
  DOWNSTREAM_RESET("DR"),
  /** Reset by this proxy. */
  LOCAL_RESET("LR"),
  /** The endpoint reset the stream. */
  UPSTREAM_RESET("UR"),
  /** The endpoint's connection closed. */
  UPSTREAM_CONNECTION_TERMINATION("UC"),
  /** The client broke the protocol. */
  DOWNSTREAM_PROTOCOL_ERROR("DPE"),
  /** The endpoint broke the protocol. */
  UPSTREAM_PROTOCOL_ERROR("UPE"),
  /** No activity on the stream. */
  STREAM_IDLE_TIMEOUT("SI"),
  /** The route's cluster does not exist. */
  NO_CLUSTER("NC"),
  /** The stream or connection lived as long as it may. */
  DURATION_TIMEOUT("DT"),
  /** Shed because the proxy has too much to do. */
  OVERLOADED("OM");

  private static final ResponseFlag[] ALL = values();
  private final String code;

  ResponseFlag(String code) {
    this.code = code;
  }

  /** Envoy's abbreviation. */
  public String code() {
    return code;
  }

  /** This flag as a set of its own. */
  public int bit() {
    return 1 << ordinal();
  }

  /** Whether a set of bits has this flag. */
  public boolean in(int bits) {
    return (bits & bit()) != 0;
  }

  /** The abbreviations of a set, with commas, {@code -} for none; {@code URX} leads. */
  public static String format(int bits) {
    if (bits == 0) {
      return "-";
    }
    StringBuilder text = new StringBuilder();
    if (RETRY_LIMIT_EXCEEDED.in(bits)) {
      text.append(RETRY_LIMIT_EXCEEDED.code);
    }
    for (ResponseFlag flag : ALL) {
      if (flag != RETRY_LIMIT_EXCEEDED && flag.in(bits)) {
        text.append(text.isEmpty() ? "" : ",").append(flag.code);
      }
    }
    return text.toString();
  }
}
