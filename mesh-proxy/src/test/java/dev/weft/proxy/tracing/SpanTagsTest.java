package dev.weft.proxy.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestExchange;
import dev.weft.xds.model.CustomTag;
import dev.weft.xds.model.CustomTag.Environment;
import dev.weft.xds.model.CustomTag.Literal;
import dev.weft.xds.model.CustomTag.RequestHeader;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SpanTagsTest {
  private static SpanTags tags(CustomTag... tags) {
    return SpanTags.compile(List.of(tags), Map.of("REGION", "north", "EMPTY", "")::get);
  }

  private static Map<String, String> values(SpanTags tags, SpanTags unless) {
    SpanAttributes attributes = new SpanAttributes(false);
    tags.set(
        attributes,
        new TestExchange(new DefaultHttp2Headers(false), new DefaultHttp2Headers(false)),
        unless);
    return attributes.values();
  }

  @Test
  void variablesOfTheProcess() {
    SpanTags tags =
        tags(
            new CustomTag("set", new Environment("REGION", "south")),
            new CustomTag("empty", new Environment("EMPTY", "south")),
            new CustomTag("other", new Environment("ZONE", "south")),
            new CustomTag("none", new Environment("ZONE", "")));

    assertThat(values(tags, SpanTags.NONE)).isEqualTo(Map.of("set", "north", "other", "south"));
  }

  @Test
  void whoGoesBeforeCountsEvenWithoutAValue() {
    SpanTags manager =
        tags(new CustomTag("a", new Literal("1")), new CustomTag("b", new Literal("2")));
    SpanTags route = tags(new CustomTag("a", new RequestHeader("x-none", "")));

    assertThat(values(manager, route)).isEqualTo(Map.of("b", "2"));
    assertThat(values(route, SpanTags.NONE)).isEmpty();
  }
}
