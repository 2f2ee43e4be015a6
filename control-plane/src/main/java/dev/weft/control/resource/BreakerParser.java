package dev.weft.control.resource;

import dev.weft.control.resource.BreakerPolicy.Fallback;
import dev.weft.control.resource.BreakerPolicy.GrpcStatus;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Turns the section {@code errorRateBreaker} into its type. */
final class BreakerParser {
  private BreakerParser() {}

  /**
   * @param namespace the policy's, where another service is looked for
   */
  static BreakerPolicy parse(Fields fields, String namespace) {
    return new BreakerPolicy(
        fields.optionalDuration("timeout"),
        fields.optionalNumber("maxConcurrent"),
        fields.optionalDuration("window"),
        fields.optionalNumber("minRequests"),
        fields.optionalNumber("failurePercent"),
        fields.optionalDuration("resetTimeout"),
        fields.list("failureStatuses", status -> status.node().asInt()),
        fields.list(
            "failureGrpcStatuses",
            status -> Fields.token(status.node().asText(), GrpcStatus.class)),
        fields.optional("fallback", f -> fallback(f, namespace)));
  }

  private static Fallback fallback(Fields fallback, String namespace) {
    if (fallback.has("reply")) {
      Fields reply = fallback.object("reply");
      return new Fallback.Reply(
          reply.number("status", 0),
          reply.text("body", ""),
          lowerCase(reply.texts("headers")),
          reply.has("grpcStatus") ? reply.token("grpcStatus", GrpcStatus.UNAVAILABLE) : null);
    }
    if (fallback.has("service")) {
      Fields service = fallback.object("service");
      return new Fallback.OtherService(
          new ServiceRef(namespace, service.text("name"), service.number("port", 0)));
    }
    Fields lastGood = fallback.object("lastGood");
    return new Fallback.LastGood(
        lastGood.optionalNumber("maxEntries"),
        lastGood.optionalNumber("maxBodyBytes"),
        lastGood.optionalDuration("maxAge"));
  }

  private static Map<String, String> lowerCase(Map<String, String> headers) {
    Map<String, String> lower = new TreeMap<>();
    headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
    return lower;
  }
}
