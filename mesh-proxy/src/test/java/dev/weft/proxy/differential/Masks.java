package dev.weft.proxy.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Makes the same of what is different for reasons that do not count: ports, times, random ids. */
final class Masks {
  private static final Pattern UUID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern TRACE_PARENT =
      Pattern.compile("00-([0-9a-f]{32})-(?!b7ad6b7169203331)[0-9a-f]{16}-([0-9a-f]{2})");

  /** What ids that scenarios send begin with. */
  private static final Pattern CHOSEN = Pattern.compile("0af76519|b7ad6b71");

  private static final Pattern DIGITS = Pattern.compile("\\d+");
  private static final Pattern HTTP_DATE =
      Pattern.compile("\\w{3}, \\d\\d \\w{3} \\d{4} [\\d:]{8} GMT");

  private static final Pattern EVENT_TIME =
      Pattern.compile("(\"(?:timestamp|secs_since_last_action)\":)\"[^\"]*\"");

  private record Port(Pattern pattern, String name) {}

  private final List<Port> ports = new ArrayList<>();

  void port(int number, String name) {
    ports.add(new Port(Pattern.compile(":" + number + "\\b"), ":<" + name + ">"));
  }

  /** A line with the names of ports. */
  String line(String text) {
    String masked = text;
    for (Port port : ports) {
      masked = port.pattern().matcher(masked).replaceAll(port.name());
    }
    return masked;
  }

  /** A line of an event log. */
  String event(String text) {
    return line(EVENT_TIME.matcher(text).replaceAll("$1\"<time>\""));
  }

  /** An id of a trace or a span: only what the client chose stays. */
  String traceId(String hex) {
    return CHOSEN.matcher(hex).lookingAt() ? hex : "<random>";
  }

  /** What a span says. */
  String attribute(String key, String value) {
    if (key.startsWith("telemetry.sdk.") || key.equals("service.name") && value.endsWith(":weft")) {
      return "<proxy>";
    }
    if (key.equals("service.name") && value.endsWith(":envoy")) {
      return "<proxy>";
    }
    return key.equals("guid:x-request-id") ? value("x-request-id", value) : line(value);
  }

  /** The value of a header. */
  String value(String name, String value) {
    return switch (name) {
      case "server" -> Map.of("envoy", "<proxy>", "weft", "<proxy>").getOrDefault(value, value);
      case "traceparent" ->
          TRACE_PARENT
              .matcher(value)
              .replaceAll(found -> "00-" + traceId(found.group(1)) + "-<span>-" + found.group(2));
      case "date" -> HTTP_DATE.matcher(value).matches() ? "<date>" : value;
      case "x-request-id" -> UUID.matcher(value).matches() ? "<id>" : value;
      case "x-envoy-upstream-service-time" -> DIGITS.matcher(value).matches() ? "<ms>" : value;
      default -> line(value);
    };
  }
}
