package dev.weft.control.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Map;

/** An answer, complete before its first byte is sent. */
record Reply(int status, String contentType, Buffer body, Map<String, String> headers) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Reply json(int status, JsonNode body) {
    return new Reply(status, "application/json", encode(body), Map.of());
  }

  static Reply json(JsonNode body) {
    return json(200, body);
  }

  static Reply of(String contentType, Buffer body) {
    return new Reply(200, contentType, body, Map.of());
  }

  static Reply empty() {
    return new Reply(204, "", Buffer.buffer(), Map.of());
  }

  static Reply problem(Problem problem) {
    return new Reply(
        problem.status(), "application/problem+json", encode(problem.json()), Map.of());
  }

  Reply with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Reply(status, contentType, body, Map.copyOf(more));
  }

  /** The configuration's revision, to be sent back in If-Match. */
  Reply withRevision(long revision) {
    return with("etag", "\"" + revision + "\"");
  }

  void send(HttpServerResponse response) {
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status);
    if (!contentType.isEmpty()) {
      response.putHeader("content-type", contentType);
    }
    headers.forEach(response::putHeader);
    response.end(body);
  }

  static Buffer encode(JsonNode node) {
    try {
      return Buffer.buffer(JSON.writeValueAsBytes(node));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree cannot be written", e);
    }
  }
}
