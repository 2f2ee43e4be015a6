package dev.weft.proxy.filter.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.breaker.Breaker.Admitted;
import dev.weft.proxy.filter.breaker.Breaker.Outcome;
import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.ErrorRateBreaker.Fallback.LastGood;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** However many methods clients name, and answers services give: what is kept has a bound. */
class BreakersTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Breakers breakers = new Breakers();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final Limits limits = Limits.of(ErrorRateBreaker.DEFAULT);
  private final long now = System.nanoTime();

  private MethodBreaker breaker(String cluster, String method, long at) {
    return breakers.of(cluster, method, telemetry, at);
  }

  @Test
  void methodsThatAreTooManyShareOne() {
    MethodBreaker first = breaker("c", "/s/0", now);
    Admitted entry = (Admitted) first.ask(limits, now);
    for (int i = 1; i < Breakers.MOST; i++) {
      MethodBreaker busy = breaker(i % 2 == 0 ? "c" : "d", "/s/" + i, now);
      assertThat(busy.method()).isEqualTo("/s/" + i);
      busy.ask(limits, now);
    }

    assertThat(breaker("c", "/s/more", now).method()).isEqualTo("*");
    assertThat(breaker("c", "/s/even-more", now)).isSameAs(breaker("c", "/s/more", now));
    assertThat(breaker("d", "/s/more", now).cluster()).isEqualTo("d");
    assertThat(breaker("c", "/s/0", now)).isSameAs(first);

    // One that is as if it were new makes room.
    first.report(entry, Outcome.ABANDONED, false, limits, now);
    first.leave();
    assertThat(breaker("c", "/s/more", now + 2 * SECOND).method()).isEqualTo("/s/more");
    assertThat(breaker("c", "/s/again", now + 2 * SECOND).method()).isEqualTo("*");

    breakers.retain(Set.of("c"));
    assertThat(breaker("c", "/s/again", now).method()).isEqualTo("/s/again");
    assertThat(breaker("c", "x".repeat(257), now).method()).isEqualTo("*");
  }

  private static KeptAnswers.Kept answer(String target, int bytes, long nanos) {
    return new KeptAnswers.Kept(
        new KeptRequest(target, null, null, null, null, nanos),
        new DefaultHttp2Headers().status("200"),
        new byte[bytes],
        new KeptHead(false, false, false, false, 10),
        nanos);
  }

  @Test
  void answersThatAreTooManyGo() {
    AtomicLong bytes = new AtomicLong();
    KeptAnswers kept = new KeptAnswers(bytes);
    LastGood few = new LastGood(3, 100, Duration.ofSeconds(5));
    for (int i = 0; i < 10; i++) {
      kept.keep(answer("/" + i, 50, i), few);
      assertThat(bytes.get()).isLessThanOrEqualTo(3 * 60);
    }
    kept.keep(answer("/long", 101, 10), few);

    assertThat(bytes.get()).isEqualTo(3 * 60);
    assertThat(find(kept, "/9", 10, few)).isTrue();
    assertThat(find(kept, "/0", 10, few)).isFalse();
    assertThat(find(kept, "/long", 10, few)).isFalse();
    assertThat(find(kept, "/9", 10 + 5 * SECOND, few)).as("too old").isFalse();
    kept.clear();
    assertThat(bytes).hasValue(0);
  }

  @Test
  void allClustersTogetherKeepSoMuch() {
    AtomicLong bytes = new AtomicLong();
    LastGood limits = new LastGood(10_000, 1024 * 1024, Duration.ofHours(1));
    KeptAnswers one = new KeptAnswers(bytes);
    KeptAnswers two = new KeptAnswers(bytes);
    for (int i = 0; i < 20; i++) {
      one.keep(answer("/" + i, 1024 * 1024 - 10, i), limits);
    }
    two.keep(answer("/", 1, 0), limits);

    assertThat(bytes).hasValue(KeptAnswers.MOST_BYTES);
    assertThat(find(two, "/", 1, limits)).isFalse();
    one.keep(answer("/0", 1, 1), limits);
    assertThat(find(one, "/0", 1, limits)).as("the one before stays").isTrue();
  }

  private static boolean find(KeptAnswers kept, String target, long now, LastGood limits) {
    return kept.find(new KeptRequest(target, null, null, null, null, now), limits, "", 0) != null;
  }
}
