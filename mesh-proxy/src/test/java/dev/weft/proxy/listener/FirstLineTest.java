package dev.weft.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.listener.FirstLine.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstLineTest {
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }

  private static Outcome read(String text) {
    return new FirstLine().read(bytes(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "GET / HTTP/1.1; HTTP_1_1",
        "BREW /x?y=z HTTP/1.1; HTTP_1_1",
        "GET http://a.test/ HTTP/1.1; HTTP_1_1",
        "OPTIONS * HTTP/1.1; HTTP_1_1",
        "CONNECT a.test:443 HTTP/1.1; HTTP_1_1",
        "GET / HTTP/1.0; HTTP_1_0",
        "GET /; HTTP_1_0",
        "GET / HTTP/2.0; HTTP_1_0",
        "PRIX * HTTP/1.1; HTTP_1_1",
        "EHLO mail.test; NO_HTTP",
        "GET; NO_HTTP",
        "GET / HTTP/1.1 x; NO_HTTP",
        "GET / http/1.1; NO_HTTP",
        "GET a.test:80 HTTP/1.1; NO_HTTP",
        "G(T / HTTP/1.1; NO_HTTP"
      })
  void aLineSaysIt(String line, Outcome outcome) {
    assertThat(read(line + "\r\n")).isEqualTo(outcome);
    assertThat(read(line + "\nhost: a\r\n")).isEqualTo(outcome);
  }

  @Test
  void whatCannotBecomeAMethodIsNotWaitedFor() {
    assertThat(read("\u0016\u0003\u0001")).isEqualTo(Outcome.NO_HTTP);
    assertThat(read("\r\nGET / HTTP/1.1\r\n")).isEqualTo(Outcome.NO_HTTP);
    assertThat(read(" GET")).isEqualTo(Outcome.NO_HTTP);
    assertThat(read("JRMI\u0000")).isEqualTo(Outcome.NO_HTTP);
  }

  @Test
  void thePrefaceSaysH2c() {
    assertThat(read(PREFACE)).isEqualTo(Outcome.H2C);
    assertThat(read(PREFACE.substring(0, 23))).isEqualTo(Outcome.INCOMPLETE);
    assertThat(read("PRI * HTTP/2.0\r\n\r\nXX")).isEqualTo(Outcome.HTTP_1_0);
    assertThat(read("")).isEqualTo(Outcome.INCOMPLETE);
  }

  @Test
  void aLineHasItsBound() {
    String most = "GET /" + "x".repeat(FirstLine.MAX_BYTES - 6);
    assertThat(read(most)).isEqualTo(Outcome.INCOMPLETE);
    assertThat(read(most + "x")).isEqualTo(Outcome.TOO_LONG);
    assertThat(read(most + "\n")).isEqualTo(Outcome.HTTP_1_0);
  }

  /** Whatever the pieces are it comes in, the same is said, and as soon as it can be. */
  @Test
  void piecesMakeNoDifference() {
    String[] parts = {
      "GET",
      "CONNECT",
      "PRI",
      " ",
      " ",
      "/",
      "*",
      "a://",
      "x",
      "HTTP/1.1",
      "HTTP/1.0",
      "HTTP/2.0",
      "\r\n",
      "\r\n",
      "\n",
      "\t",
      "SM",
      "\u0000",
      PREFACE,
      PREFACE.substring(0, 10)
    };
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = 1 + random.nextInt(7); i > 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      ByteBuf whole = bytes(text.toString());
      FirstLine inPieces = new FirstLine();
      Outcome said = Outcome.INCOMPLETE;
      int end = 0;
      while (said == Outcome.INCOMPLETE && end < text.length()) {
        end = Math.min(text.length(), end + 1 + random.nextInt(5));
        said = inPieces.read(whole.slice(0, end));
      }
      assertThat(said).as("seed %s: %s", seed, text).isEqualTo(read(text.toString()));
      assertThat(whole.readerIndex()).isZero();
      if (said == Outcome.INCOMPLETE) {
        boolean preface = PREFACE.startsWith(text.toString());
        assertThat(preface || text.indexOf("\n") < 0).as("seed %s: %s", seed, text).isTrue();
      }
    }
  }
}
