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
    /** The value that it gives to a message with these headers; null if it gives none. */
    @Nullable AsciiString value(Http2Headers headers, Exchange exchange) {
      boolean wanted =
          switch (append) {
            case APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD -> true;
            case ADD_IF_ABSENT -> !headers.contains(name);
            case OVERWRITE_IF_EXISTS -> headers.contains(name);
          };
      if (!wanted) {
        return null;
      }
      AsciiString value = fixed == null ? format.text(exchange) : fixed;
      return value.isEmpty() && !keepEmpty ? null : value;
    }

    boolean overwrites() {
      return append == Append.OVERWRITE_IF_EXISTS_OR_ADD || append == Append.OVERWRITE_IF_EXISTS;
    }

    void apply(Http2Headers headers, AsciiString value) {
      if (overwrites() || Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(name)) {
        headers.set(name, value);
      } else {
        headers.add(name, value);
      }
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

  /**
   * Removals come first. What is added is made of the headers as they are then, what overwrites
   * comes before what is appended, whatever the order of the configuration: as with Envoy.
   */
  private static void apply(
      Http2Headers headers,
      List<AsciiString> removals,
      List<Addition> additions,
      Exchange exchange) {
    for (int i = 0; i < removals.size(); i++) {
      headers.remove(removals.get(i));
    }
    if (additions.size() == 1) {
      AsciiString value = additions.getFirst().value(headers, exchange);
      if (value != null) {
        additions.getFirst().apply(headers, value);
      }
    } else if (!additions.isEmpty()) {
      applyAll(headers, additions, exchange);
    }
  }

  private static void applyAll(Http2Headers headers, List<Addition> additions, Exchange exchange) {
    @Nullable AsciiString[] values = new AsciiString[additions.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = additions.get(i).value(headers, exchange);
    }
    for (int i = 0; i < values.length; i++) {
      AsciiString value = values[i];
      if (value != null && additions.get(i).overwrites()) {
        additions.get(i).apply(headers, value);
      }
    }
    for (int i = 0; i < values.length; i++) {
      AsciiString value = values[i];
      if (value != null && !additions.get(i).overwrites()) {
        additions.get(i).apply(headers, value);
      }
    }
  }
}
