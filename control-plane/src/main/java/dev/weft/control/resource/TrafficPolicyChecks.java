package dev.weft.control.resource;

import dev.weft.control.resource.TrafficPolicyResource.Abort;
import dev.weft.control.resource.TrafficPolicyResource.Backoff;
import dev.weft.control.resource.TrafficPolicyResource.Balancer;
import dev.weft.control.resource.TrafficPolicyResource.Delay;
import dev.weft.control.resource.TrafficPolicyResource.Faults;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import dev.weft.control.resource.TrafficPolicyResource.RateLimit;
import dev.weft.control.resource.TrafficPolicyResource.RateLimitedBackoff;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.control.resource.TrafficPolicyResource.SlowStart;
import dev.weft.control.resource.TrafficPolicyResource.Timeouts;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a schema cannot say about one traffic policy by itself. */
final class TrafficPolicyChecks {
  /** What a bucket of the proxy can be filled by. */
  private static final Duration SHORTEST_PER = Duration.ofMillis(50);

  private TrafficPolicyChecks() {}

  static void check(TrafficPolicyResource policy, Findings findings) {
    Timeouts timeouts = policy.timeouts();
    if (timeouts != null) {
      timeouts(timeouts, findings);
    }
    LoadBalancing balancing = policy.loadBalancing();
    if (balancing != null) {
      loadBalancing(balancing, findings);
    }
    Retries retries = policy.retries();
    if (retries != null) {
      retries(retries, timeouts == null ? null : timeouts.request(), findings);
    }
    BreakerPolicy breaker = policy.errorRateBreaker();
    if (breaker != null) {
      BreakerChecks.check(breaker, "/spec/errorRateBreaker/", findings);
    }
    LongStreamsPolicy streams = policy.longStreams();
    if (streams != null) {
      streams.check(findings);
    }
    ConnectionPoolPolicy pool = policy.connectionPool();
    if (pool != null) {
      pool.check(findings);
    }
    RedirectPolicy redirects = policy.redirects();
    if (redirects != null) {
      redirects.check(findings);
    }
    HealthChecks.check(policy, findings);
    Faults faults = policy.faults();
    if (faults != null) {
      faults(faults, findings);
    }
    RateLimit limit = policy.rateLimit();
    if (limit != null) {
      findings.require(
          limit.per().compareTo(SHORTEST_PER) >= 0,
          "/spec/rateLimit/per",
          "is shorter than 50ms",
          "use at least 50ms");
    }
  }

  private static void timeouts(Timeouts timeouts, Findings findings) {
    positive(timeouts.connect(), "/spec/timeouts/connect", findings);
    Duration stream = timeouts.maxStreamDuration();
    notLonger(
        timeouts.request(),
        stream,
        "/spec/timeouts/request",
        "timeouts.maxStreamDuration",
        findings);
  }

  private static void loadBalancing(LoadBalancing balancing, Findings findings) {
    String at = "/spec/loadBalancing/";
    Balancer policy = balancing.policy();
    boolean least = policy == Balancer.LEAST_REQUEST;
    belongs(balancing.choices(), least, at + "choices", "LeastRequest", findings);
    belongs(
        balancing.slowStart(),
        least || policy == Balancer.ROUND_ROBIN,
        at + "slowStart",
        "RoundRobin and LeastRequest",
        findings);
    belongs(balancing.hash(), policy.hashes(), at + "hash", "RingHash and Maglev", findings);
    findings.require(
        balancing.hash() != null || !policy.hashes(),
        at + "hash",
        "is missing, so there is nothing to place requests by",
        "say what to hash in hash.on, or use another policy");
    boolean ewma = policy == Balancer.PEAK_EWMA;
    belongs(balancing.decay(), ewma, at + "decay", "PeakEwma", findings);
    positive(balancing.decay(), at + "decay", findings);
    boolean reported = policy == Balancer.REPORTED_LOAD;
    belongs(balancing.reports(), reported, at + "reports", "ReportedLoad", findings);
    if (balancing.reports() != null) {
      balancing.reports().check(at + "reports", findings);
    }
    SlowStart slowStart = balancing.slowStart();
    if (slowStart != null) {
      positive(slowStart.window(), at + "slowStart/window", findings);
    }
    if (balancing.locality() != null) {
      LocalityChecks.check(balancing.locality(), at + "locality", findings);
    }
    var hash = balancing.hash();
    if (hash != null) {
      findings.unique(hash.on(), at + "hash/on", "", "the key");
    }
  }

  private static void belongs(
      @Nullable Object value, boolean applies, String at, String to, Findings findings) {
    findings.require(
        value == null || applies, at, "belongs to " + to, "remove it, or use another policy");
  }

  private static void retries(Retries retries, @Nullable Duration request, Findings findings) {
    Backoff backoff = retries.backoff();
    if (backoff != null) {
      positive(backoff.base(), "/spec/retries/backoff/base", findings);
      findings.require(
          backoff.max().compareTo(backoff.base()) >= 0,
          "/spec/retries/backoff/max",
          "is shorter than base",
          "use at least the base");
    }
    RateLimitedBackoff limited = retries.rateLimitedBackoff();
    if (limited != null) {
      positive(limited.max(), "/spec/retries/rateLimitedBackoff/max", findings);
    }
    notLonger(
        retries.perTryTimeout(),
        request,
        "/spec/retries/perTryTimeout",
        "timeouts.request",
        findings);
    notLonger(
        retries.perTryIdleTimeout(),
        request,
        "/spec/retries/perTryIdleTimeout",
        "timeouts.request",
        findings);
    RouteChecks.values(retries.responseHeaders(), true, "/spec/retries/responseHeaders", findings);
  }

  private static void notLonger(
      @Nullable Duration inner,
      @Nullable Duration outer,
      String at,
      String outerName,
      Findings findings) {
    findings.require(
        inner == null || outer == null || outer.isZero() || inner.compareTo(outer) <= 0,
        at,
        "is longer than " + outerName + ", so it would never be reached",
        "use a shorter one, or a longer " + outerName);
  }

  private static void faults(Faults faults, Findings findings) {
    Delay delay = faults.delay();
    Abort abort = faults.abort();
    findings.require(
        delay != null || abort != null,
        "/spec/faults",
        "has neither delay nor abort",
        "add one of them, or remove it");
    if (delay != null) {
      positive(delay.duration(), "/spec/faults/delay/duration", findings);
    }
    if (abort != null) {
      findings.require(
          (abort.httpStatus() == null) != (abort.grpcStatus() == null),
          "/spec/faults/abort",
          "must have one of httpStatus and grpcStatus",
          "say which status is answered");
    }
    RouteChecks.values(faults.headers(), true, "/spec/faults/headers", findings);
  }

  static void positive(@Nullable Duration duration, String path, Findings findings) {
    findings.require(duration == null || !duration.isZero(), path, "is zero", "use at least 1ms");
  }
}
