package dev.weft.proxy.route;

import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.xds.match.HeaderMatcher;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A retry policy, compiled: which outcomes of a try are worth another, and when it is made. */
public final class RetryPlan {
  /** Never tries again, unless a caller asks for it: then as a policy that says no more. */
  public static final RetryPlan NONE =
      new RetryPlan(
          EnumSet.noneOf(RetryOn.class),
          new int[0],
          List.of(),
          List.of(),
          1,
          0,
          0,
          25_000_000,
          250_000_000,
          HostRules.ANY,
          ResetHeaders.NONE);

  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString OVERLOADED = AsciiString.cached("x-envoy-overloaded");
  private static final AsciiString RATE_LIMITED = AsciiString.cached("x-envoy-ratelimited");

  private final Set<RetryOn> on;
  private final int[] statuses;
  private final List<Predicate<RequestView>> answers;
  private final List<Predicate<RequestView>> requests;
  private final int retries;
  private final long perTryNanos;
  private final long perTryIdleNanos;
  private final long baseNanos;
  private final long maxNanos;
  private final HostRules hosts;
  private final ResetHeaders resets;

  private RetryPlan(
      Set<RetryOn> on,
      int[] statuses,
      List<Predicate<RequestView>> answers,
      List<Predicate<RequestView>> requests,
      int retries,
      long perTryNanos,
      long perTryIdleNanos,
      long baseNanos,
      long maxNanos,
      HostRules hosts,
      ResetHeaders resets) {
    this.on = on;
    this.statuses = statuses;
    this.answers = answers;
    this.requests = requests;
    this.retries = retries;
    this.perTryNanos = perTryNanos;
    this.perTryIdleNanos = perTryIdleNanos;
    this.baseNanos = baseNanos;
    this.maxNanos = maxNanos;
    this.hosts = hosts;
    this.resets = resets;
  }

  /** Compiles a policy; null is {@link #NONE}. */
  public static RetryPlan compile(@Nullable RetryPolicy policy) {
    if (policy == null) {
      return NONE;
    }
    return new RetryPlan(
        policy.retryOn().isEmpty()
            ? EnumSet.noneOf(RetryOn.class)
            : EnumSet.copyOf(policy.retryOn()),
        policy.retriableStatusCodes().stream().mapToInt(Integer::intValue).sorted().toArray(),
        compile(policy.retriableHeaders()),
        compile(policy.retriableRequestHeaders()),
        policy.numRetries(),
        policy.perTryTimeout().toNanos(),
        policy.perTryIdleTimeout().toNanos(),
        Math.max(1, policy.backoffBase().toNanos()),
        Math.max(1, policy.backoffMax().toNanos()),
        HostRules.compile(policy.hosts()),
        ResetHeaders.compile(policy.rateLimited()));
  }

  private static List<Predicate<RequestView>> compile(List<HeaderMatch> headers) {
    return headers.stream().map(HeaderMatcher::compile).toList();
  }

  private static boolean any(List<Predicate<RequestView>> conditions, Http2Headers headers) {
    if (conditions.isEmpty()) {
      return false;
    }
    RequestView view = RequestHeadView.of(headers);
    for (int i = 0; i < conditions.size(); i++) {
      if (conditions.get(i).test(view)) {
        return true;
      }
    }
    return false;
  }

  /** How often a request may be tried again. */
  public int retries() {
    return on.isEmpty() ? 0 : retries;
  }

  /**
   * The same with what a caller asks for besides.
   *
   * @param atMost how often a request may be tried again; -1 for as often as without
   * @param moreStatuses that are worth it, where that is a condition
   * @param names of headers of an answer that is worth it, where that is a condition
   */
  RetryPlan directed(Set<RetryOn> more, int atMost, int[] moreStatuses, List<String> names) {
    Set<RetryOn> all = EnumSet.copyOf(more);
    all.addAll(on);
    List<Predicate<RequestView>> headers = new ArrayList<>(answers);
    names.forEach(name -> headers.add(answer -> answer.anyHeader(name, value -> true)));
    return new RetryPlan(
        all,
        IntStream.concat(Arrays.stream(statuses), Arrays.stream(moreStatuses)).sorted().toArray(),
        headers,
        requests,
        atMost < 0 ? retries : atMost,
        perTryNanos,
        perTryIdleNanos,
        baseNanos,
        maxNanos,
        hosts,
        resets);
  }

  /** The same with another time for each try. */
  RetryPlan perTry(long nanos) {
    return new RetryPlan(
        on,
        statuses,
        answers,
        requests,
        retries,
        nanos,
        perTryIdleNanos,
        baseNanos,
        maxNanos,
        hosts,
        resets);
  }

  /** Whether there is anything that it retries. */
  public boolean retriesAnything() {
    return !on.isEmpty();
  }

  /** Whether the plan holds for this request. */
  public boolean isFor(Http2Headers request) {
    return requests.isEmpty() || any(requests, request);
  }

  /** How long a try may take once the request is complete; 0 for as long as the request. */
  public long perTryNanos() {
    return perTryNanos;
  }

  /**
   * How long an endpoint may say nothing once the request is complete; 0 for as long as it will.
   */
  public long perTryIdleNanos() {
    return perTryIdleNanos;
  }

  /** Where a retry goes. */
  public HostRules hosts() {
    return hosts;
  }

  /** Whether this answer, its head only, is worth another try. */
  public boolean worthAnother(int status, Http2Headers response) {
    if (on.isEmpty()
        || !onStatus(status)
            && !onGrpcStatus(response)
            && !onRateLimit(response)
            && !onHeaders(response)) {
      return false;
    }
    // Whoever sheds load is not helped by more of it (and Envoy does not retry these either).
    return !response.contains(OVERLOADED)
        && (!response.contains(RATE_LIMITED) || on.contains(RetryOn.ENVOY_RATELIMITED));
  }

  private boolean onHeaders(Http2Headers response) {
    return on.contains(RetryOn.RETRIABLE_HEADERS) && any(answers, response);
  }

  private boolean onRateLimit(Http2Headers response) {
    return on.contains(RetryOn.ENVOY_RATELIMITED) && response.contains(RATE_LIMITED);
  }

  private boolean onStatus(int status) {
    if (status < 400 && statuses.length == 0) {
      return false;
    }
    return status >= 500 && on.contains(RetryOn.FIVE_XX)
        || status >= 502 && status <= 504 && on.contains(RetryOn.GATEWAY_ERROR)
        || status == 409 && on.contains(RetryOn.RETRIABLE_4XX)
        || on.contains(RetryOn.RETRIABLE_STATUS_CODES)
            && Arrays.binarySearch(statuses, status) >= 0;
  }

  /** gRPC's status counts only where it comes with the head, before any message. */
  private boolean onGrpcStatus(Http2Headers response) {
    CharSequence code = response.get(GRPC_STATUS);
    if (code == null) {
      return false;
    }
    RetryOn condition =
        switch (code.toString()) {
          case "1" -> RetryOn.GRPC_CANCELLED;
          case "4" -> RetryOn.GRPC_DEADLINE_EXCEEDED;
          case "8" -> RetryOn.GRPC_RESOURCE_EXHAUSTED;
          case "13" -> RetryOn.GRPC_INTERNAL;
          case "14" -> RetryOn.GRPC_UNAVAILABLE;
          default -> null;
        };
    return condition != null && on.contains(condition);
  }

  /**
   * Whether this failure before an answer is worth another try.
   *
   * @param headersSent whether the head of the request had gone to the endpoint
   */
  public boolean worthAnother(ProxyError.Kind failure, boolean headersSent) {
    if (on.isEmpty() || failure == ProxyError.Kind.OVERFLOW) {
      return false;
    }
    if (on.contains(RetryOn.FIVE_XX)
        || on.contains(RetryOn.GATEWAY_ERROR)
        || on.contains(RetryOn.RESET)) {
      return true;
    }
    return switch (failure) {
      case CONNECT_FAILURE, CONNECT_LOCAL, CONNECT_TIMEOUT ->
          on.contains(RetryOn.CONNECT_FAILURE) || on.contains(RetryOn.RESET_BEFORE_REQUEST);
      case REFUSED_STREAM -> on.contains(RetryOn.REFUSED_STREAM);
      default -> !headersSent && on.contains(RetryOn.RESET_BEFORE_REQUEST);
    };
  }

  /**
   * How long to wait before a retry, in nanoseconds: a random part of an interval that doubles with
   * each, up to the maximum.
   *
   * @param retry 1 for the first
   */
  public long backoffNanos(int retry, RandomGenerator random) {
    int doublings = Math.min(retry, 30);
    long factor = (1L << doublings) - 1;
    long interval = baseNanos > maxNanos / factor ? maxNanos : baseNanos * factor;
    return random.nextLong(Math.max(1, interval));
  }

  /**
   * How long to wait before a retry, in nanoseconds, as an answer says: that long, and at random up
   * to half as long again, so that not everybody comes back at once; 0 if it says nothing.
   *
   * @param epochMillis now
   */
  public long resetNanos(Http2Headers response, long epochMillis, RandomGenerator random) {
    long interval = resets.nanos(response, epochMillis);
    return interval == 0 ? 0 : interval + random.nextLong(Math.max(1, interval / 2));
  }
}
