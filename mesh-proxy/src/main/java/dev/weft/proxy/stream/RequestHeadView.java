package dev.weft.proxy.stream;

import dev.weft.xds.match.RequestView;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A request's head as matchers look at it. It holds the path as it is when this is made; other
 * headers are those at the time they are asked for.
 */
public final class RequestHeadView implements RequestView {
  private static final AsciiString HOST = AsciiString.cached("host");

  private final Http2Headers headers;
  private final CharSequence path;
  private final @Nullable CharSequence query;
  private final boolean certificate;

  /** A view of this head, which is not copied, from a client on this connection. */
  public RequestHeadView(Http2Headers headers, ConnectionInfo connection) {
    this(headers, connection.peer() != null);
  }

  /** A view of headers, of a request or a response, whoever sent them. */
  public static RequestHeadView of(Http2Headers headers) {
    return new RequestHeadView(headers, false);
  }

  private RequestHeadView(Http2Headers headers, boolean certificate) {
    this.headers = headers;
    this.certificate = certificate;
    CharSequence whole = orEmpty(headers.path());
    int mark = AsciiString.indexOf(whole, '?', 0);
    path = mark < 0 ? whole : part(whole, 0, mark);
    query = mark < 0 ? null : part(whole, mark + 1, whole.length());
  }

  private static CharSequence part(CharSequence text, int start, int end) {
    return text instanceof AsciiString ascii
        ? ascii.subSequence(start, end, false)
        : text.subSequence(start, end);
  }

  private static CharSequence orEmpty(@Nullable CharSequence text) {
    return text == null ? "" : text;
  }

  @Override
  public CharSequence method() {
    return orEmpty(headers.method());
  }

  @Override
  public CharSequence authority() {
    return orEmpty(headers.authority());
  }

  @Override
  public CharSequence path() {
    return path;
  }

  @Override
  public @Nullable CharSequence query() {
    return query;
  }

  @Override
  public boolean hasCertificate() {
    return certificate;
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return headers.contains(field(name));
  }

  @Override
  public boolean anyHeader(CharSequence name, Predicate<? super CharSequence> test) {
    Iterator<CharSequence> values = headers.valueIterator(field(name));
    if (!values.hasNext()) {
      return false;
    }
    CharSequence one = values.next();
    if (!values.hasNext()) {
      return test.test(one);
    }
    if (KnownHeaders.in(headers, name)) {
      CharSequence listed = FieldValues.listed(headers, AsciiString.of(name));
      return listed != null && test.test(listed);
    }
    if (test.test(one)) {
      return true;
    }
    while (values.hasNext()) {
      if (test.test(values.next())) {
        return true;
      }
    }
    return false;
  }

  /** In HTTP/2, and here, {@code host} is {@code :authority}. */
  private static CharSequence field(CharSequence name) {
    return HOST.contentEquals(name) ? Http2Headers.PseudoHeaderName.AUTHORITY.value() : name;
  }
}
