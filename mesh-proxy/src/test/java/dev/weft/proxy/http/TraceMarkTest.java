package dev.weft.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.TraceReason;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.TraceSampling;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TraceMarkTest {
  private static final TraceSampling ALL =
      new TraceSampling(Fraction.ALWAYS, Fraction.ALWAYS, Fraction.ALWAYS);

  private final SplittableRandom random = new SplittableRandom(7);

  private Http2Headers request(CharSequence id) {
    return new DefaultHttp2Headers(false).add(ClientHeaders.REQUEST_ID, id);
  }

  private TraceSampling sampling() {
    return new TraceSampling(share(), share(), share());
  }

  private Fraction share() {
    return new Fraction(random.nextInt(10_001), 10_000);
  }

  /** What one proxy decides all others keep that trace all they are told of. */
  @Test
  void theNextProxyDecidesAlike() {
    int traced = 0;
    for (int run = 0; run < 20_000; run++) {
      CharSequence id = RequestId.next(random);
      Http2Headers request = request(id);
      if (random.nextBoolean()) {
        request.add("x-client-trace-id", "mine");
      }
      TraceReason reason = TraceMark.decide(request, sampling(), random);
      CharSequence marked = request.get(ClientHeaders.REQUEST_ID);
      assertThat(TraceReason.of(marked.charAt(14))).isEqualTo(reason);
      assertThat(marked.subSequence(0, 14)).hasToString(id.subSequence(0, 14).toString());
      assertThat(marked.subSequence(15, 36)).hasToString(id.subSequence(15, 36).toString());
      if (reason != TraceReason.NOT_TRACEABLE) {
        traced++;
        assertThat(TraceMark.decide(request, ALL, random)).isEqualTo(reason);
        assertThat(request.get(ClientHeaders.REQUEST_ID)).hasToString(marked.toString());
      }
    }
    assertThat(traced).isBetween(5_000, 15_000);
  }

  /** Proxies with the same shares trace the same requests, whoever sees them first. */
  @Test
  void theSameIdsAreDrawnEverywhere() {
    for (int run = 0; run < 20_000; run++) {
      CharSequence id = RequestId.next(random);
      TraceSampling shares = sampling();
      assertThat(TraceMark.decide(request(id), shares, new SplittableRandom(run)))
          .isEqualTo(TraceMark.decide(request(id), shares, new SplittableRandom(-run)));
    }
  }
}
