package dev.weft.proxy.route;

import dev.weft.proxy.cluster.balance.XxHash64;
import dev.weft.xds.match.RegexReplacer;
import dev.weft.xds.model.HashPolicy;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hash policies of a route, compiled: from a request to the hash by which it is placed. */
public final class RequestHash {
  private static final AsciiString COOKIE = AsciiString.cached("cookie");

  /** What a hash needs of the request besides its headers; asked where a policy wants it. */
  public interface Asked {
    /** The client's address in its usual text; null if it has none. */
    @Nullable CharSequence clientAddress();

    /**
     * A value for a cookie that the client is to get: the same for all its connection's requests.
     */
    String cookieValue();

    /** The client is to get this {@code set-cookie} with its answer. */
    void setCookie(String cookie);
  }

  private record Step(
      HashPolicy policy, @Nullable AsciiString header, @Nullable RegexReplacer rewrite) {}

  private final List<Step> steps;

  private RequestHash(List<Step> steps) {
    this.steps = steps;
  }

  /** Compiles policies; null for none. */
  public static @Nullable RequestHash compile(List<HashPolicy> policies) {
    return policies.isEmpty()
        ? null
        : new RequestHash(policies.stream().map(RequestHash::step).toList());
  }

  private static Step step(HashPolicy policy) {
    if (policy instanceof HashPolicy.Header(String name, var rewrite, boolean terminal)) {
      AsciiString header =
          name.equals("host")
              ? Http2Headers.PseudoHeaderName.AUTHORITY.value()
              : AsciiString.of(name);
      return new Step(policy, header, rewrite == null ? null : RegexReplacer.compile(rewrite));
    }
    return new Step(policy, null, null);
  }

  /**
   * The hash of a request.
   *
   * @param otherwise the value for a request of which no policy takes anything
   */
  public long of(Http2Headers request, Asked asked, long otherwise) {
    long hash = 0;
    boolean found = false;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      boolean more = true;
      long part = 0;
      switch (step.policy()) {
        case HashPolicy.Header header -> {
          AsciiString name = step.header();
          CharSequence first = name == null ? null : request.get(name);
          more = first != null;
          if (name != null && first != null) {
            part = header(request, name, step.rewrite());
          }
        }
        case HashPolicy.Cookie cookie -> {
          String value = cookie(request, cookie.name());
          if (value.isEmpty() && cookie.ttl() != null) {
            value = asked.cookieValue();
            asked.setCookie(setCookie(cookie, value));
          }
          more = !value.isEmpty();
          part = more ? XxHash64.hash(value) : 0;
        }
        case HashPolicy.SourceIp source -> {
          CharSequence address = asked.clientAddress();
          more = address != null;
          part = address == null ? 0 : XxHash64.hash(address);
        }
        case HashPolicy.QueryParameter parameter -> {
          CharSequence path = request.path();
          int at = path == null ? -1 : parameter(path, parameter.name());
          more = path != null && at >= 0;
          part = path == null || at < 0 ? 0 : XxHash64.hash(path, at, valueEnd(path, at), 0);
        }
      }
      if (more) {
        // Turned, so that two equal values do not take each other away.
        hash = (found ? Long.rotateLeft(hash, 1) : 0) ^ part;
        found = true;
      }
      if (found && step.policy().terminal()) {
        break;
      }
    }
    return found ? hash : otherwise;
  }

  /** All values of a header, whatever their order. */
  private static long header(
      Http2Headers request, AsciiString name, @Nullable RegexReplacer rewrite) {
    Iterator<CharSequence> values = request.valueIterator(name);
    CharSequence first = values.next();
    if (!values.hasNext()) {
      return XxHash64.hash(rewrite == null ? first : rewrite.apply(first));
    }
    List<String> all = new ArrayList<>();
    all.add(rewrite == null ? first.toString() : rewrite.apply(first));
    while (values.hasNext()) {
      CharSequence next = values.next();
      all.add(rewrite == null ? next.toString() : rewrite.apply(next));
    }
    Collections.sort(all);
    long hash = 0;
    for (String value : all) {
      hash = XxHash64.hash(value, hash);
    }
    return hash;
  }

  /** The value of a cookie, without quotes; empty if there is none. */
  static String cookie(Http2Headers request, String name) {
    Iterator<CharSequence> lines = request.valueIterator(COOKIE);
    while (lines.hasNext()) {
      String line = lines.next().toString();
      int at = 0;
      while (at < line.length()) {
        int end = line.indexOf(';', at);
        end = end < 0 ? line.length() : end;
        int equals = line.indexOf('=', at);
        if (equals >= 0 && equals < end && line.substring(at, equals).strip().equals(name)) {
          String value = line.substring(equals + 1, end).strip();
          boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
          return quoted ? value.substring(1, value.length() - 1) : value;
        }
        at = end + 1;
      }
    }
    return "";
  }

  private static String setCookie(HashPolicy.Cookie cookie, String value) {
    StringBuilder text = new StringBuilder(cookie.name()).append("=\"").append(value).append('"');
    if (cookie.ttl() != null && !cookie.ttl().isZero()) {
      text.append("; Max-Age=").append(cookie.ttl().toSeconds());
    }
    if (!cookie.path().isEmpty()) {
      text.append("; Path=").append(cookie.path());
    }
    for (HashPolicy.CookieAttribute attribute : cookie.attributes()) {
      text.append("; ").append(attribute.name());
      if (!attribute.value().isEmpty()) {
        text.append('=').append(attribute.value());
      }
    }
    return text.append("; HttpOnly").toString();
  }

  /** Where the first value of a parameter begins; -1 if there is none. */
  private static int parameter(CharSequence path, String name) {
    int at = AsciiString.indexOf(path, '?', 0);
    while (at >= 0) {
      int start = at + 1;
      int end = valueEnd(path, start);
      int length = name.length();
      if (end - start >= length
          && AsciiString.regionMatches(path, false, start, name, 0, length)
          && (end == start + length || path.charAt(start + length) == '=')) {
        return Math.min(end, start + length + 1);
      }
      at = end < path.length() && path.charAt(end) == '&' ? end : -1;
    }
    return -1;
  }

  private static int valueEnd(CharSequence path, int start) {
    int end = start;
    while (end < path.length() && path.charAt(end) != '&' && path.charAt(end) != '#') {
      end++;
    }
    return end;
  }
}
