package dev.weft.proxy.filter.access;

import dev.weft.proxy.stream.FieldValues;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The client's address by {@code x-forwarded-for}. */
final class ForwardedFor {
  private static final AsciiString NAME = AsciiString.cached("x-forwarded-for");

  private ForwardedFor() {}

  /**
   * The address that the last trusted proxy told: the last, or the one that many before it.
   *
   * @param trustedHops how many proxies before this one are trusted
   * @return null if there are fewer addresses, or it is none
   */
  static @Nullable InetAddress client(Http2Headers headers, int trustedHops) {
    CharSequence all = FieldValues.joined(headers, NAME);
    if (all == null) {
      return null;
    }
    String text = all.toString();
    int end = text.length();
    for (int skipped = 0; skipped < trustedHops; skipped++) {
      end = text.lastIndexOf(',', end - 1);
      if (end < 0) {
        return null;
      }
    }
    int start = text.lastIndexOf(',', end - 1) + 1;
    return NetUtil.createInetAddressFromIpAddressString(text.substring(start, end).strip());
  }
}
