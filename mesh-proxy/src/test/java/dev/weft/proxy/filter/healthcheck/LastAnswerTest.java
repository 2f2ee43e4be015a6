package dev.weft.proxy.filter.healthcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.healthcheck.LastAnswer.Answer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LastAnswerTest {
  @Test
  void anAnswerIsKnownUntilItsPeriodIsOver() {
    LastAnswer answers = new LastAnswer(100, 1_000);
    assertThat(answers.at(1_000)).isNull();

    answers.put(503, true, 1_090);

    assertThat(answers.at(1_099)).isEqualTo(new Answer(503, true, 0));
    assertThat(answers.at(1_100)).isNull();
  }

  /** Never older than a period, never from the one before, and always the last that came. */
  @Test
  void whatIsKnownIsTheLastOfThisPeriod() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      int length = 1 + random.nextInt(50);
      long start = random.nextLong();
      LastAnswer answers = new LastAnswer(length, start);
      long since = 0;
      long came = -1;
      int status = 0;
      for (int step = 0; step < 20; step++) {
        since += random.nextInt(length);
        boolean known = came >= 0 && came / length == since / length;
        Answer answer = answers.at(start + since);
        assertThat(answer != null).as("seed %d, step %d", seed, step).isEqualTo(known);
        if (answer != null) {
          assertThat(answer.status()).as("seed %d, step %d", seed, step).isEqualTo(status);
        }
        if (random.nextBoolean()) {
          came = since;
          status = 200 + random.nextInt(400);
          answers.put(status, false, start + since);
        }
      }
    }
  }
}
