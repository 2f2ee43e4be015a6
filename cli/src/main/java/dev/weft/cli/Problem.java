package dev.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.util.function.UnaryOperator;

/**
 * Problem documents (RFC 9457) as text for the terminal: the sentence, then each violation on a
 * line of its own.
 */
final class Problem {
  private Problem() {}

  static CliException of(
      HttpRequest request, int status, String body, UnaryOperator<String> subjects) {
    String what = request.method() + " " + request.uri().getPath();
    JsonNode problem = parse(body);
    StringBuilder text = new StringBuilder();
    String detail = problem.path("detail").asText("");
    String title = problem.path("title").asText("");
    if (detail.isEmpty() && title.isEmpty()) {
      text.append(what).append(" was answered with ").append(status);
    } else {
      text.append(detail.isEmpty() ? title : detail);
    }
    if (status == 401) {
      text.append("; give the admin token with --admin-token-file or WEFT_TOKEN");
    }
    JsonNode violations = problem.path("violations");
    for (JsonNode violation : violations) {
      // Where there is but one, the sentence may have said it already.
      if (violations.size() == 1 && repeats(detail, violation)) {
        break;
      }
      text.append("\n  ").append(line(violation, subjects));
    }
    return new CliException(text.toString());
  }

  private static boolean repeats(String detail, JsonNode violation) {
    return detail.contains(violation.path("subject").asText(""))
        && detail.contains(violation.path("path").asText(""))
        && detail.contains(violation.path("problem").asText(""));
  }

  private static String line(JsonNode violation, UnaryOperator<String> subjects) {
    StringBuilder line = new StringBuilder(subjects.apply(violation.path("subject").asText("")));
    String path = violation.path("path").asText("");
    if (!path.isEmpty()) {
      line.append(line.isEmpty() ? "" : " ").append(path);
    }
    line.append(line.isEmpty() ? "" : ": ").append(violation.path("problem").asText("is refused"));
    String remedy = violation.path("remedy").asText("");
    return remedy.isEmpty() ? line.toString() : line + "; " + remedy;
  }

  private static JsonNode parse(String body) {
    ObjectMapper json = new ObjectMapper();
    try {
      JsonNode tree = json.readTree(body);
      return tree == null ? json.createObjectNode() : tree;
    } catch (JsonProcessingException notAProblem) {
      return json.createObjectNode();
    }
  }
}
