package dev.weft.control.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.resource.Violation;
import java.util.List;
import java.util.Map;

/**
 * A problem document (RFC 9457).
 *
 * @param slug the last part of the type URI
 * @param detail what is wrong, where, and what to do
 * @param numbers members besides the standard ones
 */
record Problem(
    String slug,
    int status,
    String title,
    String detail,
    Map<String, Long> numbers,
    List<Violation> violations) {
  private static final String TYPE = "https://weft.dev/problems/";

  private static Problem of(String slug, int status, String title, String detail) {
    return new Problem(slug, status, title, detail, Map.of(), List.of());
  }

  static Problem badRequest(String detail) {
    return of("bad-request", 400, "The request cannot be understood", detail);
  }

  static Problem unauthorized(String detail) {
    return of("unauthorized", 401, "A token is needed", detail);
  }

  static Problem forbidden(String detail) {
    return of("forbidden", 403, "The request may come from a foreign page", detail);
  }

  static Problem notFound(String detail) {
    return of("not-found", 404, "There is no such thing", detail);
  }

  static Problem methodNotAllowed(String detail) {
    return of("method-not-allowed", 405, "The method is not allowed here", detail);
  }

  static Problem conflict(long expected, long actual) {
    return new Problem(
        "conflict",
        409,
        "The configuration has changed",
        "the configuration is at revision "
            + actual
            + ", not at the expected "
            + expected
            + "; read it again, then repeat the change with If-Match: "
            + actual,
        Map.of("expected", expected, "actual", actual),
        List.of());
  }

  static Problem tooLarge(long limit) {
    return of(
        "too-large",
        413,
        "The body is too large",
        "the body has more than " + limit + " bytes; send fewer resources at once");
  }

  static Problem unsupportedType(String got) {
    return of(
        "unsupported-media-type",
        415,
        "The body's type is not supported",
        "the body is "
            + (got.isEmpty() ? "of no declared type" : got)
            + "; send it as application/json or application/yaml");
  }

  static Problem malformed(Violation violation) {
    return new Problem(
        "malformed",
        400,
        "The body is not well-formed",
        violation.toString(),
        Map.of(),
        List.of(violation));
  }

  static Problem violations(List<Violation> violations) {
    String more = violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)";
    return new Problem(
        "violations",
        422,
        "The configuration would be invalid; nothing was changed",
        violations.getFirst() + more,
        Map.of(),
        violations);
  }

  static Problem internal(String incident) {
    return of(
        "internal",
        500,
        "The control plane made a mistake",
        "see its log for incident " + incident + ", and report it");
  }

  static Problem unavailable(String detail) {
    return of("unavailable", 503, "The control plane cannot do this now", detail);
  }

  static Problem ofStatus(int status, String detail) {
    return of("http-" + status, status, "The request was refused", detail);
  }

  ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("type", TYPE + slug).put("title", title).put("status", status).put("detail", detail);
    numbers.forEach(node::put);
    if (!violations.isEmpty()) {
      ArrayNode list = node.putArray("violations");
      for (Violation violation : violations) {
        list.addObject()
            .put("subject", violation.subject())
            .put("path", violation.path())
            .put("problem", violation.problem())
            .put("remedy", violation.remedy());
      }
    }
    return node;
  }

  /** Ends the handling of a request with this problem. */
  ProblemException exception() {
    return new ProblemException(this);
  }

  /** Carries a problem to where answers are written. */
  static final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private ProblemException(Problem problem) {
      super(problem.detail(), null, false, false);
      this.problem = problem;
    }

    Problem problem() {
      return problem;
    }
  }
}
