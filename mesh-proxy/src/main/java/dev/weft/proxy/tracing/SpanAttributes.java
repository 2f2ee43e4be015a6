package dev.weft.proxy.tracing;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a span says, and what follows for its status. */
final class SpanAttributes {
  private static final String METHOD = "http.method";
  private static final String STATUS = "http.status_code";
  private static final String GRPC_STATUS = "grpc.status_code";
  private static final Set<String> METHODS =
      Set.of("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE");

  /** gRPC's statuses that are a server's own fault. */
  private static final Set<String> SERVER_ERRORS = Set.of("2", "4", "12", "13", "14", "15");

  private final Map<String, String> values = new LinkedHashMap<>();
  private final boolean client;
  private boolean failed;

  /**
   * @param client whether it is the span of somebody who asks
   */
  SpanAttributes(boolean client) {
    this.client = client;
  }

  /** Sets an attribute, in place of one of the name; null leaves it as it is. */
  void set(String name, @Nullable CharSequence value) {
    if (value == null) {
      return;
    }
    String text = text(value);
    switch (name) {
      case METHOD -> text = METHODS.contains(text) ? text : "_OTHER";
      case STATUS -> failed |= isFailure(text);
      case GRPC_STATUS -> failed |= client ? !text.equals("0") : isServerError(text);
      default -> {
        // says nothing of the status
      }
    }
    values.put(name, text);
  }

  /** Messages hold Unicode; headers hold bytes, which are mostly that. */
  private static String text(CharSequence value) {
    return value instanceof AsciiString bytes
        ? new String(bytes.array(), bytes.arrayOffset(), bytes.length(), StandardCharsets.UTF_8)
        : value.toString();
  }

  private boolean isFailure(String status) {
    char first = status.length() == 3 ? status.charAt(0) : '0';
    return first == '5' || client && first == '4';
  }

  /** Whether a status of gRPC is a fault of the server's. */
  static boolean isServerError(String status) {
    return SERVER_ERRORS.contains(status);
  }

  Map<String, String> values() {
    return values;
  }

  /** Whether the span counts as an error. */
  boolean failed() {
    return failed;
  }
}
