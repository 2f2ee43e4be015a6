package dev.weft.proxy.filter.headers;

import dev.weft.proxy.format.Escaping;
import dev.weft.proxy.format.TextFormat;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.QueryMutation;
import dev.weft.xds.model.QueryMutation.Remove;
import dev.weft.xds.model.QueryMutation.Write;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@link QueryMutation}s of one level, with formats ready to be written; immutable. */
final class QueryChanges {
  /**
   * @param name its bytes, a char each
   * @param value null where parameters of the name are taken away
   */
  private record Change(String name, @Nullable TextFormat value, Append append) {}

  private final List<Change> changes;

  private QueryChanges(List<Change> changes) {
    this.changes = changes;
  }

  static QueryChanges compile(List<QueryMutation> mutations) {
    return new QueryChanges(mutations.stream().map(QueryChanges::compile).toList());
  }

  private static Change compile(QueryMutation mutation) {
    return switch (mutation) {
      case Remove(String name) -> new Change(bytes(name), null, Append.OVERWRITE_IF_EXISTS);
      case Write(String name, String value, Append append) ->
          new Change(bytes(name), TextFormat.compile(value, Escaping.NONE, true), append);
    };
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** Changes the path of a request; a CONNECT has none. */
  void apply(Http2Headers headers, Exchange exchange) {
    CharSequence path = headers.path();
    if (path == null) {
      return;
    }
    QueryParameters parameters = QueryParameters.of(path.toString());
    for (int i = 0; i < changes.size(); i++) {
      apply(changes.get(i), parameters, exchange);
    }
    headers.path(new AsciiString(parameters.target()));
  }

  private static void apply(Change change, QueryParameters parameters, Exchange exchange) {
    String name = change.name();
    TextFormat value = change.value();
    if (value == null) {
      parameters.remove(name);
      return;
    }
    switch (change.append()) {
      case APPEND_IF_EXISTS_OR_ADD -> parameters.add(name, text(value, exchange));
      case ADD_IF_ABSENT -> {
        if (!parameters.contains(name)) {
          parameters.add(name, text(value, exchange));
        }
      }
      case OVERWRITE_IF_EXISTS -> {
        if (parameters.contains(name)) {
          parameters.set(name, text(value, exchange));
        }
      }
      case OVERWRITE_IF_EXISTS_OR_ADD -> parameters.set(name, text(value, exchange));
    }
  }

  private static String text(TextFormat format, Exchange exchange) {
    StringBuilder out = new StringBuilder();
    format.write(exchange, out);
    return QueryParameters.escaped(out);
  }
}
