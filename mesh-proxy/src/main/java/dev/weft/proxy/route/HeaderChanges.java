package dev.weft.proxy.route;

import dev.weft.proxy.format.TextFormat;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@link HeaderMutations} with names and values ready to be set. */
public final class HeaderChanges {
  /** Changes nothing. */
  public static final HeaderChanges NONE =
      new HeaderChanges(List.of(), List.of(), List.of(), List.of());

  private static final AsciiString HOST = AsciiString.cached("host");

  /**
   * @param fixed the value where it is always the same; null where it has to be written
   */
  private record Addition(
      AsciiString name,
      @Nullable AsciiString fixed,
      TextFormat format,
      Append append,
      boolean keepEmpty) {
    @Nullable AsciiString value(Exchange exchange) {
      AsciiString value = fixed == null ? format.text(exchange) : fixed;
      return value.isEmpty() && !keepEmpty ? null : value;
    }
  }

  private final List<Addition> requestAdd;
  private final List<AsciiString> requestRemove;
  private final List<Addition> responseAdd;
  private final List<AsciiString> responseRemove;

  private HeaderChanges(
      List<Addition> requestAdd,
      List<AsciiString> requestRemove,
      List<Addition> responseAdd,
      List<AsciiString> responseRemove) {
    this.requestAdd = requestAdd;
    this.requestRemove = requestRemove;
    this.responseAdd = responseAdd;
    this.responseRemove = responseRemove;
  }

  /** Compiles changes. */
  public static HeaderChanges compile(HeaderMutations mutations) {
    return mutations.isEmpty()
        ? NONE
        : new HeaderChanges(
            additions(mutations.requestAdd()),
            names(mutations.requestRemove()),
            additions(mutations.responseAdd()),
            names(mutations.responseRemove()));
  }

  private static List<Addition> additions(List<HeaderValue> values) {
    return values.stream().map(HeaderChanges::addition).toList();
  }

  private static Addition addition(HeaderValue value) {
    TextFormat format = TextFormat.header(value.value());
    return new Addition(
        name(value.name()),
        format.isLiteral() ? format.literal() : null,
        format,
        value.append(),
        value.keepEmpty());
  }

  private static List<AsciiString> names(List<String> names) {
    return names.stream().map(name -> AsciiString.of(name.toLowerCase(Locale.ROOT))).toList();
  }

  private static AsciiString name(String name) {
    AsciiString lower = AsciiString.of(name.toLowerCase(Locale.ROOT));
    return lower.equals(HOST) ? Http2Headers.PseudoHeaderName.AUTHORITY.value() : lower;
  }

  /** Changes a request on its way to an endpoint. */
  public void applyToRequest(Http2Headers headers, Exchange exchange) {
    apply(headers, requestRemove, requestAdd, exchange);
  }

  /** Changes a response on its way to the client. */
  public void applyToResponse(Http2Headers headers, Exchange exchange) {
    apply(headers, responseRemove, responseAdd, exchange);
  }

  private static void apply(
      Http2Headers headers,
      List<AsciiString> removals,
      List<Addition> additions,
      Exchange exchange) {
    for (int i = 0; i < removals.size(); i++) {
      headers.remove(removals.get(i));
    }
    for (int i = 0; i < additions.size(); i++) {
      Addition addition = additions.get(i);
      AsciiString name = addition.name();
      AsciiString value = addition.value(exchange);
      if (value == null) {
        continue;
      }
      switch (addition.append()) {
        case APPEND_IF_EXISTS_OR_ADD -> {
          if (Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(name)) {
            headers.set(name, value);
          } else {
            headers.add(name, value);
          }
        }
        case ADD_IF_ABSENT -> {
          if (!headers.contains(name)) {
            headers.add(name, value);
          }
        }
        case OVERWRITE_IF_EXISTS_OR_ADD -> headers.set(name, value);
        case OVERWRITE_IF_EXISTS -> {
          if (headers.contains(name)) {
            headers.set(name, value);
          }
        }
      }
    }
  }
}
