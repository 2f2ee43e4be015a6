package dev.weft.proxy.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.loop.Heartbeat.Step;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private static final long MS = 1_000_000;

  private final Heartbeat heart = new Heartbeat();

  @Test
  void anIdleLoopIsNotAsked() {
    for (int i = 0; i < 100; i++) {
      assertThat(heart.look(20 * MS, 0, false)).isEqualTo(Step.REST);
    }
  }

  @Test
  void whatAnAnswerCostsIsNoReasonToAskAgain() {
    assertThat(heart.look(20 * MS, 5 * MS, false)).isEqualTo(Step.ASK);
    heart.answer();
    assertThat(heart.look(20 * MS, 5 * MS + 50_000, false)).isEqualTo(Step.REST);
  }

  @Test
  void aLoopThatAnswersIsNeverMissed() {
    long cpu = 0;
    for (int i = 0; i < 100; i++) {
      cpu += 20 * MS;
      assertThat(heart.look(20 * MS, cpu, false)).isEqualTo(Step.ASK);
      heart.answer();
    }
  }

  @Test
  void aBusyLoopThatDoesNotAnswerIsMissedOnceAndAgainAfterASecond() {
    assertThat(heart.look(20 * MS, 20 * MS, false)).isEqualTo(Step.ASK);
    assertThat(heart.look(20 * MS, 40 * MS, false)).isEqualTo(Step.REST);
    assertThat(heart.look(20 * MS, 60 * MS, false)).isEqualTo(Step.REST);
    assertThat(heart.look(20 * MS, 80 * MS, false)).isEqualTo(Step.MISSED);
    assertThat(heart.waitedNanos()).isEqualTo(60 * MS);
    assertThat(heart.usedNanos()).isEqualTo(60 * MS);
    assertThat(heart.waiting()).isFalse();
    for (int i = 80; i < 1000; i += 20) {
      assertThat(heart.look(20 * MS, i * MS, false)).isEqualTo(Step.REST);
    }
    assertThat(heart.look(20 * MS, 1000 * MS, false)).isEqualTo(Step.MISSED_LONG);
    assertThat(heart.look(20 * MS, 1020 * MS, false)).isEqualTo(Step.REST);
    heart.answer();
    assertThat(heart.look(20 * MS, 1040 * MS, false)).isEqualTo(Step.ASK);
  }

  @Test
  void aLoopThatWaitsForALockIsAskedThoughItUsesNothing() {
    assertThat(heart.look(20 * MS, 0, true)).isEqualTo(Step.ASK);
    assertThat(heart.look(30 * MS, 0, true)).isEqualTo(Step.REST);
    assertThat(heart.look(30 * MS, 0, true)).isEqualTo(Step.MISSED);
    assertThat(heart.usedNanos()).isZero();
    assertThat(heart.waiting()).isTrue();
  }
}
