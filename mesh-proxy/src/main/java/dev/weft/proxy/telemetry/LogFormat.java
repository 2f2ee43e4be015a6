package dev.weft.proxy.telemetry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A line of the access log, compiled once: literal text and values in turn. */
final class LogFormat {
  /** Envoy's default line, with the cluster at its end. */
  static final String TEXT =
      "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
          + " %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
          + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\""
          + " \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
          + " \"%UPSTREAM_HOST%\" \"%UPSTREAM_CLUSTER%\"\n";

  private static final Map<String, String> JSON = new LinkedHashMap<>();

  static {
    JSON.put("start_time", "%START_TIME%");
    JSON.put("method", "%REQ(:METHOD)%");
    JSON.put("path", "%REQ(:PATH)%");
    JSON.put("authority", "%REQ(:AUTHORITY)%");
    JSON.put("protocol", "%PROTOCOL%");
    JSON.put("response_code", "%RESPONSE_CODE%");
    JSON.put("response_flags", "%RESPONSE_FLAGS%");
    JSON.put("response_code_details", "%RESPONSE_CODE_DETAILS%");
    JSON.put("grpc_status", "%GRPC_STATUS_NUMBER%");
    JSON.put("bytes_received", "%BYTES_RECEIVED%");
    JSON.put("bytes_sent", "%BYTES_SENT%");
    JSON.put("duration", "%DURATION%");
    JSON.put("upstream_service_time", "%RESPONSE_DURATION%");
    JSON.put("attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%");
    JSON.put("upstream_cluster", "%UPSTREAM_CLUSTER%");
    JSON.put("upstream_host", "%UPSTREAM_HOST%");
    JSON.put("route_name", "%ROUTE_NAME%");
    JSON.put("downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%");
    JSON.put("downstream_peer", "%DOWNSTREAM_PEER_URI_SAN%");
    JSON.put("requested_server_name", "%REQUESTED_SERVER_NAME%");
    JSON.put("x_forwarded_for", "%REQ(X-FORWARDED-FOR)%");
    JSON.put("user_agent", "%REQ(USER-AGENT)%");
    JSON.put("request_id", "%REQ(X-REQUEST-ID)%");
    JSON.put("trace_id", "%TRACE_ID%");
  }

  private interface Part {
    void write(Exchange exchange, LineWriter out);
  }

  private final List<Part> parts;

  private LogFormat(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * Compiles a text format with Envoy's command operators.
   *
   * @throws IllegalArgumentException naming an operator that is unknown or not closed
   */
  static LogFormat text(String format) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < format.length()) {
      int percent = format.indexOf('%', at);
      int end = percent < 0 ? format.length() : percent;
      if (end > at) {
        String literal = format.substring(at, end);
        parts.add((exchange, out) -> out.literal(literal));
      }
      if (percent < 0) {
        break;
      }
      int close = LogOperator.end(format, percent);
      String operator = format.substring(percent + 1, close);
      if (operator.isEmpty()) {
        parts.add((exchange, out) -> out.literal("%"));
      } else {
        LogOperator compiled = LogOperator.parse(operator);
        parts.add((exchange, out) -> out.text(compiled.value(exchange)));
      }
      at = close + 1;
    }
    return new LogFormat(parts);
  }

  /** One JSON object a line with Weft's usual fields. */
  static LogFormat json() {
    List<Part> parts = new ArrayList<>();
    String lead = "{";
    for (Map.Entry<String, String> field : JSON.entrySet()) {
      String name = lead + "\"" + field.getKey() + "\":";
      String operator = field.getValue();
      LogOperator compiled = LogOperator.parse(operator.substring(1, operator.length() - 1));
      parts.add(
          (exchange, out) -> {
            out.literal(name);
            out.json(compiled.value(exchange));
          });
      lead = ",";
    }
    parts.add((exchange, out) -> out.literal("}\n"));
    return new LogFormat(parts);
  }

  /** Writes the line of an exchange. */
  void write(Exchange exchange, StringBuilder out) {
    LineWriter line = new LineWriter(out);
    for (Part part : parts) {
      part.write(exchange, line);
    }
  }
}
