package dev.weft.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class HeaderLinesTest {
  private static final AsciiString FORWARDED_FOR = AsciiString.of("x-forwarded-for");

  private static Http2Headers request(String name, String... lines) {
    Http2Headers headers = new DefaultHttp2Headers().method("GET").path("/");
    for (String line : lines) {
      headers.add(name, line);
    }
    return headers;
  }

  @Test
  void emptyLinesLeaveNothingInLists() {
    Http2Headers headers = request("x-forwarded-for", "1.2.3.4", "", "5.6.7.8");

    assertThat(FieldValues.listed(headers, FORWARDED_FOR)).hasToString("1.2.3.4,5.6.7.8");
    assertThat(FieldValues.joined(headers, FORWARDED_FOR)).hasToString("1.2.3.4,,5.6.7.8");
  }

  @Test
  void anEntryStandsAloneWhereThereWasNothing() {
    assertThat(FieldValues.with(null, ", ", "hop")).hasToString("hop");
    assertThat(FieldValues.with("", ", ", "hop")).hasToString("hop");
    assertThat(FieldValues.with("first", ", ", "hop")).hasToString("first, hop");
  }

  @Test
  void conditionsReadKnownHeadersAsAWholeAndOthersByLine() {
    RequestHeadView known = RequestHeadView.of(request("accept", "text/a", "text/b"));
    RequestHeadView other = RequestHeadView.of(request("x-custom", "a", "b"));

    assertThat(known.anyHeader("accept", "text/a,text/b"::contentEquals)).isTrue();
    assertThat(known.anyHeader("accept", "text/a"::contentEquals)).isFalse();
    assertThat(other.anyHeader("x-custom", "b"::contentEquals)).isTrue();
    assertThat(other.anyHeader("x-custom", "a,b"::contentEquals)).isFalse();
  }

  @Test
  void whatIsKnownDependsOnTheMessage() {
    Http2Headers request = request("date", "one", "two");
    Http2Headers answer = new DefaultHttp2Headers().status("200").add("date", "one");
    answer.add("date", "two");

    assertThat(RequestHeadView.of(request).anyHeader("date", "two"::contentEquals)).isTrue();
    assertThat(RequestHeadView.of(answer).anyHeader("date", "two"::contentEquals)).isFalse();
    assertThat(RequestHeadView.of(answer).anyHeader("date", "one,two"::contentEquals)).isTrue();
  }

  @Test
  void addressesHaveNoBracketsAndNoLeadingZeros() throws Exception {
    assertThat(ForwardedFor.address(" 10.0.0.1 ")).isEqualTo(InetAddress.getByName("10.0.0.1"));
    assertThat(ForwardedFor.address("2001:db8::1")).isEqualTo(InetAddress.getByName("2001:db8::1"));
    assertThat(ForwardedFor.address("[2001:db8::1]")).isNull();
    assertThat(ForwardedFor.address("01.2.3.4")).isNull();
    assertThat(ForwardedFor.address("1.2.3.04")).isNull();
    assertThat(ForwardedFor.address("unknown")).isNull();
  }
}
