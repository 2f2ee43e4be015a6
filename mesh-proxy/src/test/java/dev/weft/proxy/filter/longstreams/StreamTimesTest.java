package dev.weft.proxy.filter.longstreams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.longstreams.StreamTimes.Bounds;
import dev.weft.proxy.filter.longstreams.StreamTimes.Due;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Any bounds, any course of a stream: the laws stand at each assertion. */
class StreamTimesTest {
  private static final int RUNS = 20_000;

  @Test
  void keepsItsLaws() {
    for (long seed = 0; seed < RUNS; seed++) {
      new Run(seed).go();
    }
  }

  private static final class Run {
    final long seed;
    final SplittableRandom random;
    final Bounds bounds;
    final long notice;
    final StreamTimes times;
    final long begun;
    long now;
    long client;
    long endpoint;
    boolean clientSpeaks;
    boolean endpointSpeaks;
    boolean answering;
    int notices;
    Due end;

    Run(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.bounds = new Bounds(time(50), time(50), time(400));
      this.notice = time(300);
      // Clocks may begin anywhere, and pass their greatest number.
      this.begun = random.nextBoolean() ? random.nextLong() : Long.MAX_VALUE - 100;
      this.now = begun;
      this.client = begun;
      this.clientSpeaks = random.nextBoolean();
      this.times = new StreamTimes(bounds, notice, begun, !clientSpeaks);
    }

    long time(int most) {
      return random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(most);
    }

    void go() {
      for (int step = 0; step < 40; step++) {
        switch (random.nextInt(4)) {
          case 0 -> onClient();
          case 1 -> onEndpoint();
          default -> pass(random.nextInt(40));
        }
      }
      if (bounds.maxNanos() > 0) {
        pass(1000);
        assertThat(end).as("what may not last for ever ends, seed %d", seed).isNotNull();
        assertThat(times.next(now)).as("seed %d", seed).isEqualTo(StreamTimes.NEVER);
      }
      if (end == null && notice > 0) {
        pass(1000);
        assertThat(notices == 1 || end != null).as("told once, seed %d", seed).isTrue();
      }
    }

    void onClient() {
      if (end == null && clientSpeaks) {
        clientSpeaks = random.nextInt(5) > 0;
        client = now;
        times.onClient(now, !clientSpeaks);
      }
    }

    void onEndpoint() {
      if (end == null && (!answering || endpointSpeaks)) {
        boolean first = !answering;
        answering = true;
        endpointSpeaks = random.nextInt(5) > 0;
        endpoint = now;
        assertThat(times.onEndpoint(now, !endpointSpeaks)).isEqualTo(first);
      }
    }

    /** As a timer that is set by what is next. */
    void pass(long nanos) {
      long until = now + nanos;
      while (end == null) {
        long next = times.next(now);
        assertThat(next).as("what is due has been told, seed %d", seed).isPositive();
        if (next > until - now) {
          now += random.nextLong(Math.max(1, until - now));
          assertThat(times.due(now)).as("nothing comes early, seed %d", seed).isNull();
          break;
        }
        now += next;
        told();
      }
      now = until;
    }

    void told() {
      int before = notices;
      for (Due due = times.due(now); due != null; due = times.due(now)) {
        assertThat(end).as("nothing follows the end, seed %d", seed).isNull();
        switch (due) {
          case NOTICE -> {
            notices++;
            assertThat(now - begun).as("seed %d", seed).isGreaterThanOrEqualTo(notice);
          }
          case CLIENT_IDLE -> {
            end = due;
            assertThat(clientSpeaks).as("seed %d", seed).isTrue();
            assertThat(now - client).as("seed %d", seed).isEqualTo(bounds.clientIdleNanos());
          }
          case ENDPOINT_IDLE -> {
            end = due;
            assertThat(endpointSpeaks).as("seed %d", seed).isTrue();
            assertThat(now - endpoint).as("seed %d", seed).isEqualTo(bounds.endpointIdleNanos());
          }
          case TOO_OLD -> {
            end = due;
            assertThat(now - begun).as("seed %d", seed).isEqualTo(bounds.maxNanos());
          }
        }
      }
      assertThat(end != null || notices > before)
          .as("what is next is something, seed %d", seed)
          .isTrue();
      assertThat(notices).as("seed %d", seed).isLessThanOrEqualTo(1);
    }
  }
}
