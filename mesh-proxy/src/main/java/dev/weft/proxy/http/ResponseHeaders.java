package dev.weft.proxy.http;

import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.stream.FieldValues;
import dev.weft.xds.model.HeaderPolicy;
import dev.weft.xds.model.HeaderPolicy.ServerHeader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What a connection manager adds to every answer. Made once per connection. */
final class ResponseHeaders {
  private static final AsciiString SERVER = AsciiString.cached("server");
  private static final AsciiString WEFT = AsciiString.cached("weft");
  private static final AsciiString DATE = AsciiString.cached("date");
  static final AsciiString VIA = AsciiString.cached("via");

  private final AsciiString serverName;
  private final ServerHeader server;
  private final @Nullable AsciiString via;
  private final boolean requestId;

  ResponseHeaders(HeaderPolicy policy) {
    serverName = policy.serverName().isEmpty() ? WEFT : AsciiString.of(policy.serverName());
    server = policy.serverHeader();
    via = policy.via().isEmpty() ? null : AsciiString.of(policy.via());
    requestId = policy.requestIdInResponse();
  }

  /**
   * Adds to an answer.
   *
   * @param request the one it answers
   */
  void apply(Http2Headers response, Http2Headers request, Worker worker) {
    sign(response, worker);
    if (via != null) {
      appendVia(response, via);
    }
    if (requestId) {
      CharSequence id = ClientHeaders.requestId(request);
      if (id != null) {
        response.set(ClientHeaders.REQUEST_ID, id);
      }
    }
  }

  /** Says who answers, and when unless that is said. */
  void sign(Http2Headers response, Worker worker) {
    if (server == ServerHeader.OVERWRITE
        || server == ServerHeader.APPEND_IF_ABSENT && !response.contains(SERVER)) {
      response.set(SERVER, serverName);
    }
    if (!response.contains(DATE)) {
      response.set(DATE, worker.date());
    }
  }

  /** Adds a hop to those that a message came by. */
  static void appendVia(Http2Headers headers, AsciiString hop) {
    headers.set(VIA, FieldValues.with(FieldValues.listed(headers, VIA), ", ", hop));
  }
}
