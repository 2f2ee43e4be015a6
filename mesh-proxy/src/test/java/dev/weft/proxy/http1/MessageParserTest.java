package dev.weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.Http1Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageParserTest {
  private static final String PIPELINE =
      "\r\nPOST /a?b=c HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 5\r\nX-Odd:  \t v  \r\n\r\nhello"
          + "GET http://shop.test/abs HTTP/1.1\r\nHOST: shop.test\r\nX-Empty:\r\n\r\n"
          + "PUT /c HTTP/1.1\r\nhost: shop.test\r\nTransfer-Encoding: Chunked\r\n\r\n"
          + "3;ext=\"a;b\"\r\nabc\r\n0A\r\n0123456789\r\n0\r\nGrpc-Status: 0\r\nHost: evil\r\n\r\n"
          + "OPTIONS * HTTP/1.1\r\nhost: shop.test:8080\r\nX-Bytes: \u00e4\u00ff\r\n\r\n";

  private static final List<String> PIPELINE_EVENTS =
      List.of(
          "head :method=POST :scheme=http :path=/a?b=c :authority=shop.test content-length=5 x-odd=v",
          "body hello",
          "end",
          "head :method=GET :scheme=http :path=/abs :authority=shop.test x-empty=",
          "end",
          "head :method=PUT :scheme=http :path=/c :authority=shop.test",
          "body abc0123456789",
          "trailers grpc-status=0",
          "head :method=OPTIONS :scheme=http :path=* :authority=shop.test:8080 x-bytes=\u00e4\u00ff",
          "end");

  @Test
  void readsPipelinedRequests() {
    assertThat(requests(PIPELINE)).isEqualTo(PIPELINE_EVENTS);
  }

  @Test
  void wherePiecesAreCutMakesNoDifference() {
    int[] everywhere = IntStream.range(1, PIPELINE.length()).toArray();
    assertThat(requests(PIPELINE, everywhere)).isEqualTo(PIPELINE_EVENTS);
    for (int cut = 1; cut < PIPELINE.length(); cut++) {
      assertThat(requests(PIPELINE, cut)).as("cut at " + cut).isEqualTo(PIPELINE_EVENTS);
    }
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      int[] cuts = random.ints(random.nextInt(20), 0, PIPELINE.length()).sorted().toArray();
      assertThat(requests(PIPELINE, cuts))
          .as("seed " + seed + " cuts " + Arrays.toString(cuts))
          .isEqualTo(PIPELINE_EVENTS);
    }
  }

  @Test
  void noisyBytesNeverBreakTheParserAndCutsNeverChangeItsMind() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String alphabet = "\r\n\0\t :;,0aFg/\u00e4\u007f";
    for (int round = 0; round < 3000; round++) {
      StringBuilder noisy = new StringBuilder(PIPELINE);
      for (int i = random.nextInt(3); i >= 0; i--) {
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        int at = random.nextInt(noisy.length());
        switch (random.nextInt(3)) {
          case 0 -> noisy.insert(at, c);
          case 1 -> noisy.setCharAt(at, c);
          default -> noisy.deleteCharAt(at);
        }
      }
      String text = noisy.toString();
      int[] everywhere = IntStream.range(1, text.length()).toArray();
      assertThat(withoutDetail(requests(text, everywhere)))
          .as("seed " + seed + " round " + round + ": " + text)
          .isEqualTo(withoutDetail(requests(text)));
    }
  }

  private static List<String> withoutDetail(List<String> events) {
    // An error may be found a few bytes earlier or later, with other words.
    return events.stream()
        .filter(e -> !e.startsWith("body"))
        .map(e -> e.startsWith("error") ? "error" : e)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
        "HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: a\r\n\r\n"
            + "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
      })
  void readsAnswers(String text) {
    for (int cut = 0; cut < text.length(); cut++) {
      Recorded sink = new Recorded();
      Http1ResponseParser parser = new Http1ResponseParser(sink, 8192, 100);
      parser.expect("GET", null);
      assertThat(Recorded.feed(parser, sink, text, cut)).endsWith("body abc", "end");
      assertThat(parser.isComplete()).isTrue();
    }
  }

  @Test
  void anAnswerWithoutLengthEndsWithTheConnection() {
    Recorded sink = new Recorded();
    Http1ResponseParser parser = new Http1ResponseParser(sink, 8192, 100);
    parser.expect("GET", null);
    Recorded.feed(parser, sink, "HTTP/1.1 200 OK\r\n\r\nsome ", 5, 20);

    assertThat(parser.isComplete()).isFalse();
    assertThat(parser.closed()).isTrue();
    assertThat(sink.events).contains("end");
  }

  @Test
  void anAnswerThatIsCutShortDoesNotEnd() {
    for (String text :
        List.of(
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
            "HTTP/1.1 200 OK\r\ncontent-le")) {
      Recorded sink = new Recorded();
      Http1ResponseParser parser = new Http1ResponseParser(sink, 8192, 100);
      parser.expect("GET", null);
      Recorded.feed(parser, sink, text);

      assertThat(parser.closed()).as(text).isFalse();
      assertThat(sink.events).doesNotContain("end");
    }
  }

  @Test
  void answersWithoutABodyEndAtTheirHead() {
    assertThat(answer("HEAD", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"))
        .containsExactly("head :status=200 content-length=9", "end");
    assertThat(answer("GET", "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n"))
        .containsExactly("head :status=304 content-length=9", "end");
    assertThat(answer("GET", "HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n"))
        .containsExactly("head :status=204", "end");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\n\n",
        "HTTP/1.1 200 O\0K\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na",
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nname : value\r\n\r\n",
        "HTTP/1.1 200 OK\r\n folded\r\n\r\n"
      })
  void answersThatCannotBeAreRefused(String text) {
    assertThat(answer("GET", text).getLast()).startsWith("error");
  }

  @Test
  void interimAnswersDoNotGoOnForEver() {
    assertThat(answer("GET", "HTTP/1.1 103 Hints\r\n\r\n".repeat(17)).getLast())
        .startsWith("error");
  }

  private static List<String> requests(String text, int... cuts) {
    Recorded sink = new Recorded();
    return Recorded.feed(
        new Http1RequestParser(
            sink, 60 * 1024, 100, false, Http1Settings.DEFAULT.withCustomMethods()),
        sink,
        text,
        cuts);
  }

  private static List<String> answer(String method, String text) {
    Recorded sink = new Recorded();
    Http1ResponseParser parser = new Http1ResponseParser(sink, 8192, 100);
    parser.expect(method, null);
    return Recorded.feed(parser, sink, text);
  }
}
