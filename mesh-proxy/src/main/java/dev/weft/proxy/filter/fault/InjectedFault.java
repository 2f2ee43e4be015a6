package dev.weft.proxy.filter.fault;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.Chance;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.Verdict;
import dev.weft.xds.model.Fault;
import dev.weft.xds.model.Fraction;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What is injected into one request. Confined to its loop. */
final class InjectedFault implements HttpFilter {
  private static final AsciiString DELAY = AsciiString.cached("x-envoy-fault-delay-request");
  private static final AsciiString DELAY_PERCENTAGE =
      AsciiString.cached("x-envoy-fault-delay-request-percentage");
  private static final AsciiString ABORT = AsciiString.cached("x-envoy-fault-abort-request");
  private static final AsciiString GRPC_ABORT =
      AsciiString.cached("x-envoy-fault-abort-grpc-request");
  private static final AsciiString ABORT_PERCENTAGE =
      AsciiString.cached("x-envoy-fault-abort-request-percentage");
  private static final String BODY = "fault filter abort";
  private static final String DETAILS = "fault_filter_abort";

  private final FaultInjector injector;
  private final FilterContext context;
  private @Nullable Future<?> delay;
  private int begun;

  InjectedFault(FaultInjector injector, FilterContext context) {
    this.injector = injector;
    this.context = context;
  }

  @Override
  public Verdict onRequestHeaders(Http2Headers request, boolean endStream) {
    if (!injector.concerns(request, context.cluster())) {
      return Verdict.CONTINUE;
    }
    long nanos = delayNanos(request);
    if (nanos > 0 && begin()) {
      injector.delayed(request);
      context.flag(ResponseFlag.DELAY_INJECTED);
      delay = context.loop().schedule(() -> afterDelay(request), nanos, TimeUnit.NANOSECONDS);
      return Verdict.PAUSE;
    }
    Verdict.Reply abort = abort(request);
    return abort == null ? Verdict.CONTINUE : abort;
  }

  private void afterDelay(Http2Headers request) {
    delay = null;
    Verdict.Reply abort = abort(request);
    if (abort == null) {
      context.resume();
    } else {
      context.reply(abort);
    }
  }

  private boolean begin() {
    boolean may = injector.begin();
    begun += may ? 1 : 0;
    return may;
  }

  private long delayNanos(Http2Headers request) {
    Fault.Delay config = injector.delay();
    if (config == null
        || !hits(config.percentage(), request.get(DELAY_PERCENTAGE), config.fixed() == null)) {
      return 0;
    }
    if (config.fixed() != null) {
      return config.fixed().toNanos();
    }
    return TimeUnit.MILLISECONDS.toNanos(number(request.get(DELAY), 0, Integer.MAX_VALUE));
  }

  private Verdict.@Nullable Reply abort(Http2Headers request) {
    Fault.Abort config = injector.abort();
    if (config == null) {
      return null;
    }
    boolean byHeader = config.status() == null && config.grpcStatus() == null;
    if (!hits(config.percentage(), request.get(ABORT_PERCENTAGE), byHeader)) {
      return null;
    }
    long status = -1;
    long grpc = -1;
    if (config.status() != null) {
      status = config.status();
    } else if (config.grpcStatus() != null) {
      grpc = config.grpcStatus();
    } else {
      status = number(request.get(ABORT), 200, 599);
      grpc = status >= 0 ? -1 : number(request.get(GRPC_ABORT), 0, Integer.MAX_VALUE);
    }
    if (status < 0 && grpc < 0 || !begin()) {
      return null;
    }
    injector.aborted(request);
    return new Verdict.Reply(
        status < 0 ? 200 : (int) status,
        BODY,
        DETAILS,
        ResponseFlag.FAULT_INJECTED.bit(),
        (int) grpc,
        null);
  }

  /** Whether lots fall on the request; its headers may only make that less likely. */
  private static boolean hits(Fraction fraction, @Nullable CharSequence asked, boolean byHeader) {
    int numerator = fraction.numerator();
    if (byHeader && asked != null) {
      long lower = number(asked, 0, Integer.MAX_VALUE);
      numerator = lower < 0 ? numerator : (int) Math.min(lower, numerator);
    }
    return Chance.hits(numerator, fraction.denominator());
  }

  /** A decimal number in a range; -1 if it is none. */
  private static long number(@Nullable CharSequence text, int min, int max) {
    if (text == null || text.isEmpty() || text.length() > 10) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      value = value * 10 + digit - '0';
    }
    return value >= min && value <= max ? value : -1;
  }

  @Override
  public void onComplete() {
    if (delay != null) {
      delay.cancel(false);
      delay = null;
    }
    for (; begun > 0; begun--) {
      injector.end();
    }
  }
}
