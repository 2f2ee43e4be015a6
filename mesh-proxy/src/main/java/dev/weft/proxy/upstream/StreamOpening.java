package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.UpstreamStream;

/** What becomes of a wish for a stream: exactly one of the calls, unless it was cancelled. */
public interface StreamOpening {
  /** The request's head was sent on this stream. Comes before any call of the receiver. */
  void onOpen(UpstreamStream stream);

  /** There is no stream, and the headers were not sent. */
  void onFailure(ConnectFailure failure);
}
