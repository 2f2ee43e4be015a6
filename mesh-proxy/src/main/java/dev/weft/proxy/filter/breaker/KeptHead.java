package dev.weft.proxy.filter.breaker;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the head of an answer says of being kept (RFC 9111).
 *
 * @param accept whether the answer may differ by the request's {@code accept}, and so on
 * @param bytes how long the head is
 */
record KeptHead(boolean accept, boolean encoding, boolean language, boolean origin, int bytes) {
  private static final AsciiString OK = AsciiString.cached("200");
  private static final AsciiString CACHE_CONTROL = AsciiString.cached("cache-control");
  private static final AsciiString SET_COOKIE = AsciiString.cached("set-cookie");
  private static final AsciiString VARY = AsciiString.cached("vary");
  private static final String ENVOYS = "x-envoy-";

  /** Longer heads are not kept. */
  private static final int LONGEST = 16 * 1024;

  /** What forbids to keep an answer, or to give it once it is stale. */
  private static final String[] FORBIDDEN = {
    "no-store", "no-cache", "private", "must-revalidate", "proxy-revalidate", "s-maxage"
  };

  /** The terms of an answer; null if it is not to be kept. */
  static @Nullable KeptHead of(Http2Headers answer) {
    if (!OK.contentEquals(String.valueOf(answer.status()))
        || answer.contains(SET_COOKIE)
        || forbids(answer)) {
      return null;
    }
    int bytes = 0;
    for (Map.Entry<CharSequence, CharSequence> field : answer) {
      bytes += field.getKey().length() + field.getValue().length();
    }
    return bytes > LONGEST ? null : varying(answer, bytes);
  }

  private static boolean forbids(Http2Headers answer) {
    for (CharSequence value : answer.getAll(CACHE_CONTROL)) {
      String directives = value.toString().toLowerCase(Locale.ROOT);
      for (String forbidden : FORBIDDEN) {
        if (directives.contains(forbidden)) {
          return true;
        }
      }
    }
    return false;
  }

  private static @Nullable KeptHead varying(Http2Headers answer, int bytes) {
    boolean accept = false;
    boolean encoding = false;
    boolean language = false;
    boolean origin = false;
    for (CharSequence value : answer.getAll(VARY)) {
      for (String name : value.toString().toLowerCase(Locale.ROOT).split(",", -1)) {
        switch (name.strip()) {
          case "" -> {}
          case "accept" -> accept = true;
          case "accept-encoding" -> encoding = true;
          case "accept-language" -> language = true;
          case "origin" -> origin = true;
          default -> {
            return null; // by something that is not noted of requests
          }
        }
      }
    }
    return new KeptHead(accept, encoding, language, origin, bytes);
  }

  /** Whether the answer to one request is an answer to another, too. */
  boolean suits(KeptRequest kept, KeptRequest asked) {
    return (!accept || same(kept.accept(), asked.accept()))
        && (!encoding || same(kept.encoding(), asked.encoding()))
        && (!language || same(kept.language(), asked.language()))
        && (!origin || same(kept.origin(), asked.origin()));
  }

  private static boolean same(@Nullable CharSequence a, @Nullable CharSequence b) {
    return a == null || b == null ? Objects.equals(a, b) : AsciiString.contentEquals(a, b);
  }

  /** A copy to be kept, without what was said of this one exchange. */
  static Http2Headers copy(Http2Headers answer) {
    Http2Headers copy = new DefaultHttp2Headers(false);
    for (Map.Entry<CharSequence, CharSequence> field : answer) {
      String name = field.getKey().toString();
      if (!name.startsWith(ENVOYS)) {
        copy.add(name, field.getValue().toString());
      }
    }
    return copy;
  }
}
