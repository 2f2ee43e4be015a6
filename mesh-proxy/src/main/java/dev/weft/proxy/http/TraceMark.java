package dev.weft.proxy.http;

import dev.weft.proxy.telemetry.TraceReason;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.TraceSampling;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request is traced, which its id says in the place of a UUID's version, so that all
 * proxies on its way decide alike.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/observability/tracing">Envoy</a>
 */
final class TraceMark {
  private static final AsciiString CLIENT_TRACE_ID = AsciiString.cached("x-client-trace-id");
  private static final int LENGTH = 36;
  private static final int PLACE = 14;
  private static final int DIGITS = 8;
  private static final int OUT_OF = 10_000;

  private TraceMark() {}

  /**
   * Decides, and marks the id. Who has no id, or one that does not begin with eight hexadecimal
   * digits, is not traced; an id of another length is not marked.
   *
   * @param sampling that of the route, or else the manager's
   * @param random draws among those that bring an id of their client's
   */
  static TraceReason decide(Http2Headers request, TraceSampling sampling, RandomGenerator random) {
    CharSequence id = request.get(ClientHeaders.REQUEST_ID);
    long number = number(id);
    if (id == null || number < 0) {
      return TraceReason.NOT_TRACEABLE;
    }
    long lot = number % OUT_OF;
    TraceReason before =
        id.length() == LENGTH ? TraceReason.of(id.charAt(PLACE)) : TraceReason.NOT_TRACEABLE;
    TraceReason reason = before;
    if (before == TraceReason.NOT_TRACEABLE) {
      reason = fresh(request, sampling, lot, random);
      if (reason == TraceReason.NOT_TRACEABLE) {
        return reason; // its id stays as it is
      }
    }
    if (!hits(sampling.overall(), lot)) {
      reason = TraceReason.NOT_TRACEABLE;
    }
    mark(request, id, reason);
    return reason;
  }

  /** What nobody before has decided. Nobody is trusted to ask for {@code x-envoy-force-trace}. */
  private static TraceReason fresh(
      Http2Headers request, TraceSampling sampling, long lot, RandomGenerator random) {
    if (request.contains(CLIENT_TRACE_ID)
        && hits(sampling.client(), random.nextInt(sampling.client().denominator()))) {
      return TraceReason.CLIENT_ENABLED;
    }
    return hits(sampling.random(), lot) ? TraceReason.RANDOM_SAMPLING : TraceReason.NOT_TRACEABLE;
  }

  private static boolean hits(Fraction fraction, long lot) {
    return lot % fraction.denominator() < fraction.numerator();
  }

  private static void mark(Http2Headers request, CharSequence id, TraceReason reason) {
    if (id.length() != LENGTH || id.charAt(PLACE) == reason.mark()) {
      return;
    }
    byte[] marked = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      marked[i] = AsciiString.c2b(i == PLACE ? reason.mark() : id.charAt(i));
    }
    request.set(ClientHeaders.REQUEST_ID, new AsciiString(marked, false));
  }

  /** What an id begins with, as a number; -1 if it is none. */
  private static long number(@Nullable CharSequence id) {
    if (id == null || id.length() < DIGITS) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < DIGITS; i++) {
      int digit = Character.digit(id.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      number = number << 4 | digit;
    }
    return number;
  }
}
