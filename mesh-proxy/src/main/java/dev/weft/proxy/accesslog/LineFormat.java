package dev.weft.proxy.accesslog;

import dev.weft.proxy.format.Escaping;
import dev.weft.proxy.format.JsonFormat;
import dev.weft.proxy.format.TextFormat;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.JsonTemplate;
import dev.weft.xds.model.SubstitutionFormat;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/** What a line of an access log says, compiled once. */
final class LineFormat {
  private static final int LINE = 512;

  /** Envoy's default line. */
  static final String ENVOYS =
      "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\""
          + " %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION%"
          + " %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\""
          + " \"%REQ(USER-AGENT)%\" \"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\""
          + " \"%UPSTREAM_HOST%\"\n";

  /** The same with the cluster at its end. */
  static final String TEXT = ENVOYS.substring(0, ENVOYS.length() - 1) + " \"%UPSTREAM_CLUSTER%\"\n";

  private static final String[][] JSON = {
    {"start_time", "%START_TIME%"},
    {"method", "%REQ(:METHOD)%"},
    {"path", "%REQ(:PATH)%"},
    {"authority", "%REQ(:AUTHORITY)%"},
    {"protocol", "%PROTOCOL%"},
    {"response_code", "%RESPONSE_CODE%"},
    {"response_flags", "%RESPONSE_FLAGS%"},
    {"response_code_details", "%RESPONSE_CODE_DETAILS%"},
    {"grpc_status", "%GRPC_STATUS_NUMBER%"},
    {"bytes_received", "%BYTES_RECEIVED%"},
    {"bytes_sent", "%BYTES_SENT%"},
    {"duration", "%DURATION%"},
    {"upstream_service_time", "%RESPONSE_DURATION%"},
    {"attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%"},
    {"upstream_cluster", "%UPSTREAM_CLUSTER%"},
    {"upstream_host", "%UPSTREAM_HOST%"},
    {"route_name", "%ROUTE_NAME%"},
    {"downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"},
    {"downstream_peer", "%DOWNSTREAM_PEER_URI_SAN%"},
    {"requested_server_name", "%REQUESTED_SERVER_NAME%"},
    {"x_forwarded_for", "%REQ(X-FORWARDED-FOR)%"},
    {"user_agent", "%REQ(USER-AGENT)%"},
    {"request_id", "%REQ(X-REQUEST-ID)%"},
    {"trace_id", "%TRACE_ID%"},
  };

  private interface Body {
    void write(Exchange exchange, StringBuilder out);
  }

  private final Body body;

  private LineFormat(Body body) {
    this.body = body;
  }

  /** A line whose values stand in quotes, as ours do: {@code json}, {@code text} or a format. */
  static LineFormat ofOption(String format) {
    return switch (format) {
      case "json" -> json(ours(), false);
      case "text" -> text(TEXT, Escaping.QUOTES, false);
      default -> text(format.endsWith("\n") ? format : format + "\n", Escaping.QUOTES, false);
    };
  }

  /** A line as a configuration asks for it. */
  static LineFormat of(SubstitutionFormat format) {
    return switch (format.content()) {
      case SubstitutionFormat.Text(String text) ->
          text(text, Escaping.CONTROLS, format.omitEmptyValues());
      case SubstitutionFormat.Json(JsonTemplate.Fields template) ->
          json(template, format.omitEmptyValues());
    };
  }

  private static LineFormat text(String format, Escaping escaping, boolean omitEmpty) {
    return new LineFormat(TextFormat.compile(format, escaping, omitEmpty)::write);
  }

  private static LineFormat json(JsonTemplate.Fields template, boolean omitEmpty) {
    JsonFormat format = JsonFormat.compile(template, omitEmpty);
    return new LineFormat(
        (exchange, out) -> {
          format.write(exchange, out);
          out.append('\n');
        });
  }

  private static JsonTemplate.Fields ours() {
    TreeMap<String, JsonTemplate> fields = new TreeMap<>();
    for (String[] field : JSON) {
      fields.put(field[0], new JsonTemplate.Text(field[1]));
    }
    return new JsonTemplate.Fields(fields);
  }

  /** The line of an exchange. */
  byte[] line(Exchange exchange) {
    StringBuilder out = new StringBuilder(LINE);
    body.write(exchange, out);
    return out.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
