package dev.weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.DictionaryFile;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.xds.model.Http1Settings;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Whatever bytes come: the parser says what it found or refuses, the same wherever the bytes are
 * cut; and as far as another parser takes the same bytes, it reads the same requests in them, body
 * for body.
 */
class Http1RequestFuzz {
  private static final String FUZZ_TIME = "5s";
  private static final int LONGEST = 4096;

  @FuzzTest(maxDuration = FUZZ_TIME)
  @DictionaryFile(resourcePath = "http1.dict")
  void requests(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > LONGEST) {
      return;
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    List<String> whole = parse(text);
    assertThat(parse(text, IntStream.range(1, text.length()).toArray())).isEqualTo(whole);
    List<String> ours = complete(whole);
    List<String> theirs = netty(bytes);
    int both = Math.min(ours.size(), theirs.size());
    assertThat(ours.subList(0, both)).isEqualTo(theirs.subList(0, both));
  }

  private static List<String> parse(String text, int... cuts) {
    Recorded sink = new Recorded();
    Http1RequestParser parser =
        new Http1RequestParser(
            sink, 60 * 1024, 100, false, Http1Settings.DEFAULT.withCustomMethods());
    List<String> events = new ArrayList<>(Recorded.feed(parser, sink, text, cuts));
    events.replaceAll(event -> event.startsWith("error") ? event.substring(0, 9) : event);
    return events;
  }

  /** Method and body of every complete request: what says where the next one begins. */
  private static List<String> complete(List<String> events) {
    List<String> requests = new ArrayList<>();
    String request = "";
    for (String event : events) {
      if (event.startsWith("head ")) {
        request = event.replaceAll("(?s)^head :method=(\\S*) .*", "$1");
      } else if (event.startsWith("body ")) {
        request += " " + event.substring("body ".length());
      } else if (event.equals("end") || event.startsWith("trailers")) {
        requests.add(request);
      }
    }
    return requests;
  }

  /** The same by Netty's parser, up to the first that it refuses. */
  private static List<String> netty(byte[] bytes) {
    EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder());
    List<String> requests = new ArrayList<>();
    StringBuilder request = new StringBuilder();
    boolean refused = false;
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(bytes));
      for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
        refused |= ((DecoderResultProvider) read).decoderResult().isFailure();
        if (read instanceof HttpRequest head) {
          request.setLength(0);
          request.append(head.method());
        }
        if (read instanceof HttpContent content && content.content().isReadable()) {
          request.append(request.indexOf(" ") < 0 ? " " : "");
          request.append(content.content().toString(StandardCharsets.ISO_8859_1));
        }
        if (read instanceof LastHttpContent && !refused) {
          requests.add(request.toString());
        }
        ReferenceCountUtil.release(read);
      }
    } finally {
      channel.finishAndReleaseAll();
    }
    return requests;
  }
}
