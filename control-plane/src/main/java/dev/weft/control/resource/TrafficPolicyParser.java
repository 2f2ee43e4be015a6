package dev.weft.control.resource;

import dev.weft.control.resource.TrafficPolicyResource.Abort;
import dev.weft.control.resource.TrafficPolicyResource.Backoff;
import dev.weft.control.resource.TrafficPolicyResource.Balancer;
import dev.weft.control.resource.TrafficPolicyResource.Budget;
import dev.weft.control.resource.TrafficPolicyResource.CircuitBreaker;
import dev.weft.control.resource.TrafficPolicyResource.Delay;
import dev.weft.control.resource.TrafficPolicyResource.Faults;
import dev.weft.control.resource.TrafficPolicyResource.Hash;
import dev.weft.control.resource.TrafficPolicyResource.HashKey;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import dev.weft.control.resource.TrafficPolicyResource.RateLimit;
import dev.weft.control.resource.TrafficPolicyResource.RateLimitedBackoff;
import dev.weft.control.resource.TrafficPolicyResource.ResetFormat;
import dev.weft.control.resource.TrafficPolicyResource.ResetHeader;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.control.resource.TrafficPolicyResource.RetryCondition;
import dev.weft.control.resource.TrafficPolicyResource.SlowStart;
import dev.weft.control.resource.TrafficPolicyResource.Timeouts;
import java.util.List;
import java.util.stream.Collectors;

/** Turns the spec of a traffic policy into a typed resource. */
final class TrafficPolicyParser {
  private TrafficPolicyParser() {}

  static TrafficPolicyResource parse(Metadata metadata, Fields spec) {
    return new TrafficPolicyResource(
        metadata,
        DocumentParser.target(spec.object("targetRef")),
        spec.optional("loadBalancing", TrafficPolicyParser::loadBalancing),
        spec.optional(
            "timeouts",
            t ->
                new Timeouts(
                    t.optionalDuration("connect"),
                    t.optionalDuration("request"),
                    t.optionalDuration("idle"),
                    t.optionalDuration("maxStreamDuration"),
                    t.flag("budget", false))),
        spec.optional("retries", TrafficPolicyParser::retries),
        spec.optional(
            "circuitBreaker",
            c ->
                new CircuitBreaker(
                    c.optionalNumber("maxConnections"),
                    c.optionalNumber("maxPendingRequests"),
                    c.optionalNumber("maxRequests"),
                    c.optionalNumber("maxRetries"))),
        spec.optional("errorRateBreaker", b -> BreakerParser.parse(b, metadata.namespace())),
        spec.optional("longStreams", LongStreamsPolicy::parse),
        spec.optional("connectionPool", ConnectionPoolPolicy::parse),
        spec.optional("redirects", RedirectPolicy::parse),
        spec.optional("outlierDetection", HealthParser::outliers),
        spec.optional("healthCheck", HealthParser::check),
        spec.optional("faults", TrafficPolicyParser::faults),
        spec.optional(
            "rateLimit",
            r -> {
              int requests = r.number("requests", 1);
              return new RateLimit(requests, r.duration("per"), r.number("burst", requests));
            }));
  }

  private static LoadBalancing loadBalancing(Fields fields) {
    return new LoadBalancing(
        fields.token("policy", Balancer.ROUND_ROBIN),
        fields.optionalNumber("choices"),
        fields.optional(
            "slowStart",
            s ->
                new SlowStart(
                    s.duration("window"), s.decimal("aggression", 1), s.decimal("minPercent", 10))),
        fields.optional(
            "hash",
            h ->
                new Hash(
                    h.list("on", TrafficPolicyParser::hashKey),
                    h.optionalNumber("boundedLoadPercent"))),
        fields.optionalDuration("decay"),
        fields.optional("reports", LoadReportsPolicy::parse),
        fields.optionalNumber("panicPercent"),
        fields.optional("locality", LocalityParser::policy));
  }

  private static HashKey hashKey(Fields key) {
    if (key.has("cookie")) {
      Fields cookie = key.object("cookie");
      return new HashKey.Cookie(
          cookie.text("name"), cookie.optionalDuration("ttl"), cookie.optionalText("path"));
    }
    return key.has("header")
        ? new HashKey.Header(key.text("header"))
        : new HashKey.QueryParam(key.text("queryParam"));
  }

  private static Retries retries(Fields fields) {
    return new Retries(
        fields.number("attempts", 2),
        fields.optionalDuration("perTryTimeout"),
        fields.optionalDuration("perTryIdleTimeout"),
        fields.flag("hedge", false),
        fields
            .list("on", value -> Fields.token(value.node().asText(), RetryCondition.class))
            .stream()
            .collect(Collectors.toUnmodifiableSet()),
        fields.list("statusCodes", code -> code.node().asInt()),
        fields.list("responseHeaders", RouteParser::valueMatch),
        fields.list("methods", method -> method.node().asText()),
        fields.optional("backoff", b -> new Backoff(b.duration("base"), b.duration("max"))),
        fields.optional(
            "rateLimitedBackoff",
            b -> new RateLimitedBackoff(resetHeaders(b), b.optionalDuration("max"))),
        fields.optional(
            "budget", b -> new Budget(b.decimal("percent"), b.number("minConcurrency", 3))));
  }

  private static List<ResetHeader> resetHeaders(Fields backoff) {
    return backoff.list(
        "headers",
        header ->
            new ResetHeader(header.text("name"), header.token("format", ResetFormat.SECONDS)));
  }

  private static Faults faults(Fields fields) {
    return new Faults(
        fields.optional("delay", d -> new Delay(d.duration("duration"), d.decimal("percent", 100))),
        fields.optional(
            "abort",
            a ->
                new Abort(
                    a.optionalNumber("httpStatus"),
                    a.optionalNumber("grpcStatus"),
                    a.decimal("percent", 100))),
        fields.list("headers", RouteParser::valueMatch),
        fields.optionalNumber("maxActive"));
  }
}
