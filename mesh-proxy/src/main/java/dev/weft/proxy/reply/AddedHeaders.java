package dev.weft.proxy.reply;

import dev.weft.proxy.format.TextFormat;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;

/** Headers that an answer gets, compiled. */
public final class AddedHeaders {
  static final AddedHeaders NONE = new AddedHeaders(List.of());

  private record Header(AsciiString name, TextFormat value, Append append) {}

  private final List<Header> headers;

  private AddedHeaders(List<Header> headers) {
    this.headers = List.copyOf(headers);
  }

  static AddedHeaders compile(List<HeaderValue> values) {
    return new AddedHeaders(
        values.stream()
            .map(
                value ->
                    new Header(
                        AsciiString.of(value.name().toLowerCase(Locale.ROOT)),
                        TextFormat.header(value.value()),
                        value.append()))
            .toList());
  }

  /** Adds them; one without a value is left out. */
  public void add(Exchange exchange, Http2Headers to) {
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      AsciiString value = header.value().text(exchange);
      if (value.isEmpty()) {
        continue;
      }
      boolean there = to.contains(header.name());
      switch (header.append()) {
        case APPEND_IF_EXISTS_OR_ADD -> to.add(header.name(), value);
        case ADD_IF_ABSENT -> {
          if (!there) {
            to.add(header.name(), value);
          }
        }
        case OVERWRITE_IF_EXISTS_OR_ADD -> to.set(header.name(), value);
        case OVERWRITE_IF_EXISTS -> {
          if (there) {
            to.set(header.name(), value);
          }
        }
      }
    }
  }
}
