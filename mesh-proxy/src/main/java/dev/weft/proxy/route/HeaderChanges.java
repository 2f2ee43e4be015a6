package dev.weft.proxy.route;

import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;

/** {@link HeaderMutations} with names and values ready to be set. */
public final class HeaderChanges {
  /** Changes nothing. */
  public static final HeaderChanges NONE =
      new HeaderChanges(List.of(), List.of(), List.of(), List.of());

  private static final AsciiString HOST = AsciiString.cached("host");

  private record Addition(AsciiString name, String value, Append append) {}

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
    return values.stream()
        .map(value -> new Addition(name(value.name()), value.value(), value.append()))
        .toList();
  }

  private static List<AsciiString> names(List<String> names) {
    return names.stream().map(name -> AsciiString.of(name.toLowerCase(Locale.ROOT))).toList();
  }

  private static AsciiString name(String name) {
    AsciiString lower = AsciiString.of(name.toLowerCase(Locale.ROOT));
    return lower.equals(HOST) ? Http2Headers.PseudoHeaderName.AUTHORITY.value() : lower;
  }

  /** Changes a request on its way to an endpoint. */
  public void applyToRequest(Http2Headers headers) {
    apply(headers, requestRemove, requestAdd);
  }

  /** Changes a response on its way to the client. */
  public void applyToResponse(Http2Headers headers) {
    apply(headers, responseRemove, responseAdd);
  }

  private static void apply(
      Http2Headers headers, List<AsciiString> removals, List<Addition> additions) {
    for (int i = 0; i < removals.size(); i++) {
      headers.remove(removals.get(i));
    }
    for (int i = 0; i < additions.size(); i++) {
      Addition addition = additions.get(i);
      switch (addition.append()) {
        case APPEND_IF_EXISTS_OR_ADD -> {
          if (Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(addition.name())) {
            headers.set(addition.name(), addition.value());
          } else {
            headers.add(addition.name(), addition.value());
          }
        }
        case ADD_IF_ABSENT -> {
          if (!headers.contains(addition.name())) {
            headers.add(addition.name(), addition.value());
          }
        }
        case OVERWRITE_IF_EXISTS_OR_ADD -> headers.set(addition.name(), addition.value());
        case OVERWRITE_IF_EXISTS -> {
          if (headers.contains(addition.name())) {
            headers.set(addition.name(), addition.value());
          }
        }
      }
    }
  }
}
