package dev.weft.xds.codec;

import dev.weft.xds.model.TcpKeepalive;
import io.envoyproxy.envoy.config.core.v3.SocketOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code socket_options} of listeners: numbers of Linux. Those hold that have the system probe
 * connections, and those are passed over that are set anyway or that no peer can see; what others
 * would do is not known here.
 */
final class SocketOptions {
  private static final long SOL_SOCKET = 1;
  private static final long SO_REUSEADDR = 2;
  private static final long SO_KEEPALIVE = 9;
  private static final long SO_REUSEPORT = 15;
  private static final long IPPROTO_TCP = 6;
  private static final long TCP_NODELAY = 1;
  private static final long TCP_KEEPIDLE = 4;
  private static final long TCP_KEEPINTVL = 5;
  private static final long TCP_KEEPCNT = 6;
  private static final long TCP_FASTOPEN = 23;
  private static final int MAX_PROBES = 127;
  private static final int MAX_SECONDS = 32_767;

  private SocketOptions() {}

  /**
   * The probes that options ask for; null for none.
   *
   * @param scope where {@code socket_options} is a field
   */
  static @Nullable TcpKeepalive keepalive(List<SocketOption> options, DecodeScope scope) {
    boolean probes = false;
    int count = 0;
    int idle = 0;
    int interval = 0;
    for (int i = 0; i < options.size(); i++) {
      SocketOption option = options.get(i);
      DecodeScope at = scope.at("socket_options", i);
      DecodeScope value = at.at("int_value");
      if (is(option, SOL_SOCKET, SO_KEEPALIVE)) {
        probes = number(option, Integer.MAX_VALUE, value) > 0;
      } else if (is(option, IPPROTO_TCP, TCP_KEEPCNT)) {
        count = number(option, MAX_PROBES, value);
      } else if (is(option, IPPROTO_TCP, TCP_KEEPIDLE)) {
        idle = number(option, MAX_SECONDS, value);
      } else if (is(option, IPPROTO_TCP, TCP_KEEPINTVL)) {
        interval = number(option, MAX_SECONDS, value);
      } else {
        at.require(
            isUnseen(option),
            "option "
                + option.getName()
                + " of level "
                + option.getLevel()
                + " is not supported: SO_KEEPALIVE (level 1, name 9) and TCP_KEEPIDLE, TCP_KEEPINTVL"
                + " and TCP_KEEPCNT (level 6, names 4 to 6) are");
      }
    }
    return probes ? new TcpKeepalive(count, idle, interval) : null;
  }

  private static boolean is(SocketOption option, long level, long name) {
    return option.getLevel() == level && option.getName() == name;
  }

  private static boolean isUnseen(SocketOption option) {
    return is(option, SOL_SOCKET, SO_REUSEADDR)
        || is(option, SOL_SOCKET, SO_REUSEPORT)
        || is(option, IPPROTO_TCP, TCP_NODELAY)
        || is(option, IPPROTO_TCP, TCP_FASTOPEN);
  }

  private static int number(SocketOption option, int max, DecodeScope scope) {
    if (!scope.require(option.hasIntValue(), "must be set")) {
      return 0;
    }
    long value = option.getIntValue();
    boolean good = value >= 0 && value <= max;
    scope.require(good, "is " + value + ", must be 0 to " + max);
    return good ? (int) value : 0;
  }

  static List<SocketOption> encode(@Nullable TcpKeepalive keepalive) {
    if (keepalive == null) {
      return List.of();
    }
    List<SocketOption> options = new ArrayList<>();
    add(options, SOL_SOCKET, SO_KEEPALIVE, 1);
    add(options, IPPROTO_TCP, TCP_KEEPCNT, keepalive.probes());
    add(options, IPPROTO_TCP, TCP_KEEPIDLE, keepalive.idleSeconds());
    add(options, IPPROTO_TCP, TCP_KEEPINTVL, keepalive.intervalSeconds());
    return options;
  }

  private static void add(List<SocketOption> options, long level, long name, int value) {
    if (value > 0) {
      options.add(
          SocketOption.newBuilder().setLevel(level).setName(name).setIntValue(value).build());
    }
  }
}
