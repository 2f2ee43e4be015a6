package dev.weft.proxy.http;

import dev.weft.proxy.stream.DownstreamStream;

/** How much of one request its client was given credit for, and why. Confined to its loop. */
final class RequestCredit {
  /** What a client may still send after its answer, before its stream is cut. */
  private static final int DISCARD_BYTES = 256 * 1024;

  private final DownstreamStream stream;
  private final ExchangeRecord record;
  private long credited;

  /** Bytes that the client was given credit for before they had gone to an endpoint. */
  private long ahead;

  private int discarded;

  RequestCredit(DownstreamStream stream, ExchangeRecord record) {
    this.stream = stream;
    this.record = record;
  }

  /** The request has come whole, and its client has all of its credit. */
  void whole() {
    credited = record.received;
    ahead = credited;
  }

  /** Bytes may come in place of some that wait. */
  void ahead(int bytes) {
    ahead += bytes;
    credited += bytes;
    stream.consumed(bytes);
  }

  /**
   * Bytes have gone to an endpoint.
   *
   * @return whether all that came had gone then
   */
  boolean gone(int bytes) {
    int early = (int) Math.min(bytes, ahead);
    ahead -= early;
    credited += bytes - early;
    boolean all = allGone();
    stream.consumed(bytes - early);
    return all;
  }

  /** Whether everything that came has gone to an endpoint. */
  boolean allGone() {
    return credited - ahead == record.received;
  }

  /** Whether a client that was answered may send so much more that nobody reads. */
  boolean mayDiscard(int bytes) {
    discarded += bytes;
    return discarded <= DISCARD_BYTES;
  }

  /** Bytes that nobody will send on must not keep the client from ending its request. */
  void release() {
    stream.consumed((int) (record.received - credited));
  }
}
