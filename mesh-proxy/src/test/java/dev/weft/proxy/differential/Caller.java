package dev.weft.proxy.differential;

import java.io.IOException;

/** A client's connection, on which calls are made one after the other. */
interface Caller extends AutoCloseable {
  /** Sends a call, or as much of it as does not wait for an answer. */
  void send(Call call) throws IOException;

  /** Notes the answer to the oldest call without one. */
  void finish(Call call, Exchange into) throws IOException;

  /** Goes away in the middle of a call. */
  void abort() throws IOException;

  @Override
  void close() throws IOException;
}
