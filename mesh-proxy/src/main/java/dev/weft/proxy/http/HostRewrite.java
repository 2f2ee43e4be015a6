package dev.weft.proxy.http;

import dev.weft.xds.model.HeaderPolicy;
import dev.weft.xds.model.HeaderPolicy.HostPort;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** Takes the port, and one dot at the end, away from the host that a client named. */
final class HostRewrite {
  private final HostPort port;
  private final boolean dot;
  private final int local;

  private HostRewrite(HostPort port, boolean dot, int local) {
    this.port = port;
    this.dot = dot;
    this.local = local;
  }

  /**
   * What a manager asks for.
   *
   * @param local the port that clients connected to
   * @return null if hosts stay as they are
   */
  static @Nullable HostRewrite of(HeaderPolicy policy, int local) {
    return policy.hostPort() == HostPort.KEEP && !policy.stripTrailingHostDot()
        ? null
        : new HostRewrite(policy.hostPort(), policy.stripTrailingHostDot(), local);
  }

  void apply(Http2Headers request) {
    CharSequence authority = request.authority();
    if (authority == null) {
      return;
    }
    String before = authority.toString();
    String after = host(before);
    if (!after.equals(before)) {
      request.authority(after);
    }
  }

  private String host(String authority) {
    int colon = authority.lastIndexOf(':');
    // Within brackets it is a part of an IPv6 address; an empty port is none to take away.
    boolean named = colon > authority.lastIndexOf(']') && colon + 1 < authority.length();
    String host = named ? authority.substring(0, colon) : authority;
    String rest = named ? authority.substring(colon) : "";
    if (dot && host.endsWith(".")) {
      host = host.substring(0, host.length() - 1);
    }
    return named && goes(rest.substring(1)) ? host : host + rest;
  }

  private boolean goes(String digits) {
    return switch (port) {
      case KEEP -> false;
      case STRIP_ANY -> digits.chars().allMatch(c -> c >= '0' && c <= '9');
      case STRIP_MATCHING -> digits.equals(Integer.toString(local));
    };
  }
}
