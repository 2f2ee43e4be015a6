package dev.weft.proxy.check;

import dev.weft.xds.format.FormatText;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.stream.Collectors;

/** The head of the requests that a check sends, compiled once. */
final class CheckHead {
  private static final AsciiString USER_AGENT = AsciiString.cached("user-agent");

  /** By which endpoints know checks; that of the proxy whose configuration this is. */
  private static final AsciiString CHECKER = AsciiString.cached("Envoy/HC");

  private final Http2Headers head;

  CheckHead(
      CheckTarget target,
      String method,
      String host,
      String path,
      List<HeaderValue> add,
      List<String> remove) {
    head = new DefaultHttp2Headers(false);
    head.method(AsciiString.of(method));
    head.scheme(AsciiString.of(target.tls() == null ? "http" : "https"));
    head.authority(AsciiString.of(target.host(host)));
    head.path(AsciiString.of(path));
    head.set(USER_AGENT, CHECKER);
    remove.forEach(name -> head.remove(AsciiString.of(name)));
    add.forEach(this::change);
  }

  /** With one more header. */
  CheckHead with(String name, String value) {
    head.set(AsciiString.of(name), AsciiString.of(value));
    return this;
  }

  private void change(HeaderValue header) {
    AsciiString name = AsciiString.of(header.name());
    AsciiString value = AsciiString.of(text(header.value()));
    switch (header.append()) {
      case APPEND_IF_EXISTS_OR_ADD -> head.add(name, value);
      case OVERWRITE_IF_EXISTS_OR_ADD -> head.set(name, value);
      case ADD_IF_ABSENT -> {
        if (!head.contains(name)) {
          head.add(name, value);
        }
      }
      case OVERWRITE_IF_EXISTS -> {
        if (head.contains(name)) {
          head.set(name, value);
        }
      }
    }
  }

  /** The codecs take no operators here; what is left are percent signs. */
  private static String text(String format) {
    return FormatText.parse(format).stream()
        .map(part -> part instanceof FormatText.Literal(String text) ? text : "")
        .collect(Collectors.joining());
  }

  /** A copy to be sent. */
  Http2Headers fresh() {
    return new DefaultHttp2Headers(false).setAll(head);
  }
}
