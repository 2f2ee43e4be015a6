package dev.weft.proxy.stream;

import dev.weft.xds.model.HttpConnectionManager;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** The client's address by {@code x-forwarded-for}. */
public final class ForwardedFor {
  private static final AsciiString NAME = AsciiString.cached("x-forwarded-for");

  private ForwardedFor() {}

  /**
   * The address that a manager believes.
   *
   * @param headers of a request that the manager was done with
   * @return null if it is that of the connection
   */
  public static @Nullable InetAddress client(Http2Headers headers, HttpConnectionManager manager) {
    int hops = manager.xffNumTrustedHops();
    if (!manager.useRemoteAddress()) {
      return client(headers, hops);
    }
    // The last address is what the manager itself has added, unless it adds none.
    return hops == 0
        ? null
        : client(headers, manager.headerPolicy().skipXffAppend() ? hops - 1 : hops);
  }

  /**
   * The address that the last trusted proxy told: the last, or the one that many before it.
   *
   * @param trustedHops how many proxies before this one are trusted
   * @return null if there are fewer addresses, or it is none
   */
  static @Nullable InetAddress client(Http2Headers headers, int trustedHops) {
    CharSequence all = FieldValues.listed(headers, NAME);
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
    return address(text.substring(start, end));
  }

  /** An address as proxies write it, without brackets or zeros before its numbers; else null. */
  public static @Nullable InetAddress address(String entry) {
    String text = entry.strip();
    return text.startsWith("[") || text.indexOf(':') < 0 && hasLeadingZero(text)
        ? null
        : NetUtil.createInetAddressFromIpAddressString(text);
  }

  private static boolean hasLeadingZero(String ipv4) {
    for (int i = 0; i + 1 < ipv4.length(); i++) {
      if (ipv4.charAt(i) == '0'
          && ipv4.charAt(i + 1) != '.'
          && (i == 0 || ipv4.charAt(i - 1) == '.')) {
        return true;
      }
    }
    return false;
  }
}
