package dev.weft.proxy.error;

import org.jspecify.annotations.Nullable;

/**
 * Why a request, or a try of it, failed.
 *
 * @param kind what kind of failure
 * @param detail what happened, where; for logs and the body of a local reply
 */
public record ProxyError(Kind kind, String detail) {

  /** Whose doing a failure is. */
  public enum Side {
    DOWNSTREAM,
    UPSTREAM,
    LOCAL
  }

  /** Kinds of failures. */
  public enum Kind {
    BAD_REQUEST(Side.DOWNSTREAM, false, ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR),
    /** The whole request did not come in time. */
    REQUEST_TIMEOUT(Side.DOWNSTREAM, false, null),
    /** The client stopped in the middle of its request. */
    REQUEST_IDLE(Side.DOWNSTREAM, false, ResponseFlag.STREAM_IDLE_TIMEOUT),
    /** The client asked for another protocol than HTTP, which is not allowed here. */
    UPGRADE_REFUSED(Side.LOCAL, false, null),
    NO_ROUTE(Side.LOCAL, false, ResponseFlag.NO_ROUTE),
    NO_CLUSTER(Side.LOCAL, false, ResponseFlag.NO_CLUSTER),
    /** The route is there for proxyless servers only. */
    NOT_FORWARDED(Side.LOCAL, false, ResponseFlag.NO_CLUSTER),
    NO_HEALTHY_ENDPOINT(Side.UPSTREAM, false, ResponseFlag.NO_HEALTHY_UPSTREAM),
    /** The cluster's endpoints get so many requests only, as their source says. */
    DROPPED(Side.LOCAL, false, ResponseFlag.DROP_OVERLOAD),
    /** As before, and they get none. */
    ALL_DROPPED(Side.LOCAL, false, ResponseFlag.UNCONDITIONAL_DROP_OVERLOAD),
    /** A circuit breaker or a bounded queue is full. */
    OVERFLOW(Side.LOCAL, false, ResponseFlag.UPSTREAM_OVERFLOW),
    /** Memory runs short: new requests are shed. */
    OVERLOADED(Side.LOCAL, false, ResponseFlag.OVERLOADED),
    /** No connection; nothing was sent. */
    CONNECT_FAILURE(Side.UPSTREAM, true, ResponseFlag.UPSTREAM_CONNECTION_FAILURE),
    /** As before, for where it was to come from. */
    CONNECT_LOCAL(Side.LOCAL, true, ResponseFlag.UPSTREAM_CONNECTION_FAILURE),
    CONNECT_TIMEOUT(Side.UPSTREAM, true, ResponseFlag.UPSTREAM_CONNECTION_FAILURE),
    /** The endpoint said that it has not processed the request. */
    REFUSED_STREAM(Side.UPSTREAM, true, ResponseFlag.UPSTREAM_RESET),
    /** A connection from the pool had closed before the request reached it, most likely. */
    STALE_CONNECTION(Side.UPSTREAM, true, ResponseFlag.UPSTREAM_CONNECTION_TERMINATION),
    UPSTREAM_RESET(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_RESET),
    /** The endpoint gave up at the deadline that a gRPC caller had set. */
    DEADLINE_EXCEEDED(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_TIMEOUT),
    /** The time that the caller gave is over, or too short to begin with. */
    OUT_OF_TIME(Side.DOWNSTREAM, false, ResponseFlag.DURATION_TIMEOUT),
    UPSTREAM_CLOSED(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_CONNECTION_TERMINATION),
    UPSTREAM_PROTOCOL(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_PROTOCOL_ERROR),
    PER_TRY_TIMEOUT(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_TIMEOUT),
    /** The endpoint said nothing for too long, before its answer or in it. */
    PER_TRY_IDLE(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_TIMEOUT),
    ROUTE_TIMEOUT(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_TIMEOUT),
    /** A try took as long as its cluster lets. */
    TRY_DURATION(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_MAX_STREAM_DURATION),
    /** As before, and the request has not come whole. */
    TRY_REQUEST_DURATION(Side.UPSTREAM, false, ResponseFlag.UPSTREAM_MAX_STREAM_DURATION),
    /** The request is complete, and then neither side said anything. */
    RESPONSE_IDLE(Side.UPSTREAM, false, ResponseFlag.STREAM_IDLE_TIMEOUT),
    /** The stream lived as long as it may. */
    MAX_DURATION(Side.LOCAL, false, null),
    /** As before, and the request has not come whole. */
    MAX_REQUEST_DURATION(Side.DOWNSTREAM, false, null),
    /** A filter failed. */
    INTERNAL(Side.LOCAL, false, null);

    private final Side side;
    private final boolean unprocessed;
    private final @Nullable ResponseFlag flag;

    Kind(Side side, boolean unprocessed, @Nullable ResponseFlag flag) {
      this.side = side;
      this.unprocessed = unprocessed;
      this.flag = flag;
    }

    /** Whose doing it is. */
    public Side side() {
      return side;
    }

    /** Whether no endpoint has processed the request, so that another try is safe. */
    public boolean unprocessed() {
      return unprocessed;
    }

    /** What Envoy calls it where a stream to an endpoint breaks; null where none does by itself. */
    public @Nullable String resetReason() {
      return switch (this) {
        case CONNECT_FAILURE -> "remote connection failure";
        case CONNECT_LOCAL -> "local connection failure";
        case CONNECT_TIMEOUT -> "connection timeout";
        case REFUSED_STREAM -> "remote refused stream reset";
        case STALE_CONNECTION, UPSTREAM_CLOSED -> "connection termination";
        case UPSTREAM_RESET -> "remote reset";
        case UPSTREAM_PROTOCOL -> "protocol error";
        case OVERFLOW -> "overflow";
        default -> null;
      };
    }

    /** The flag in logs, as a set of bits; 0 for none. */
    public int flagBits() {
      return flag == null ? 0 : flag.bit();
    }
  }
}
