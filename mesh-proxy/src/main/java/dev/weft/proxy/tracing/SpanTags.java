package dev.weft.proxy.tracing;

import dev.weft.proxy.format.MetadataPlace;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.CustomTag;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compiled {@link CustomTag}s. */
public final class SpanTags {
  /** None. */
  public static final SpanTags NONE = compile(List.of());

  private record Tag(String name, Function<Exchange, @Nullable CharSequence> value) {}

  private final List<Tag> tags;
  private final Set<String> names;

  private SpanTags(List<Tag> tags) {
    this.tags = tags;
    this.names = tags.stream().map(Tag::name).collect(Collectors.toUnmodifiableSet());
  }

  /** Compiles tags, with the variables of this process. */
  public static SpanTags compile(List<CustomTag> tags) {
    return compile(tags, System::getenv);
  }

  /**
   * Compiles tags.
   *
   * @param environment gives variables, null for those that are not set
   */
  static SpanTags compile(List<CustomTag> tags, UnaryOperator<@Nullable String> environment) {
    return new SpanTags(
        tags.stream().map(tag -> new Tag(tag.name(), value(tag.source(), environment))).toList());
  }

  private static Function<Exchange, @Nullable CharSequence> value(
      CustomTag.Source source, UnaryOperator<@Nullable String> environment) {
    return switch (source) {
      case CustomTag.Literal(String value) -> exchange -> value;
      case CustomTag.Environment(String variable, String otherwise) -> {
        String set = environment.apply(variable);
        String value = set == null ? otherwise : set;
        yield exchange -> value;
      }
      case CustomTag.RequestHeader(String header, String otherwise) -> {
        String name = header.equals("host") ? ":authority" : header;
        yield exchange -> {
          Http2Headers request = exchange.requestHeaders();
          CharSequence value = request == null ? null : request.get(name);
          return value == null ? otherwise : value;
        };
      }
      case CustomTag.Metadata metadata -> {
        List<String> path =
            Stream.concat(Stream.of(metadata.namespace()), metadata.path().stream()).toList();
        MetadataPlace place = new MetadataPlace(metadata.kind(), path);
        yield exchange -> {
          String value = place.text(exchange);
          return value == null ? metadata.otherwise() : value;
        };
      }
    };
  }

  /**
   * Sets the attributes.
   *
   * @param unless those that say what is to be set in place of attributes of the same names
   */
  void set(SpanAttributes attributes, Exchange exchange, SpanTags unless) {
    for (int i = 0; i < tags.size(); i++) {
      Tag tag = tags.get(i);
      CharSequence value = unless.names.contains(tag.name) ? null : tag.value.apply(exchange);
      if (value != null && !value.isEmpty()) {
        attributes.set(tag.name, value);
      }
    }
  }
}
