package dev.weft.proxy.http;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FieldValues;
import dev.weft.proxy.stream.ForwardedFor;
import dev.weft.xds.match.AddressRanges;
import dev.weft.xds.model.HttpConnectionManager;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Which requests come from within ({@code internal_address_config}), as Envoy finds it out: those
 * of which one address is known, and that is internal.
 */
final class InternalCallers {
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");

  private final HttpConnectionManager manager;
  private final AddressRanges ranges;

  /** Whether the connection comes from such an address. */
  private final boolean internalPeer;

  private InternalCallers(HttpConnectionManager manager, ConnectionInfo connection) {
    this.manager = manager;
    ranges = AddressRanges.compile(manager.internalRanges());
    internalPeer = ranges.contains(connection.remote().getAddress());
  }

  /** Those on a connection; null where nobody is internal. */
  static @Nullable InternalCallers of(HttpConnectionManager manager, ConnectionInfo connection) {
    return manager.internalRanges().isEmpty() ? null : new InternalCallers(manager, connection);
  }

  /**
   * Whether a request is one of theirs.
   *
   * @param request as it came
   */
  boolean sent(Http2Headers request) {
    if (manager.useRemoteAddress()) {
      return internalPeer && !request.contains(FORWARDED_FOR);
    }
    CharSequence told =
        manager.xffNumTrustedHops() > 0 ? null : FieldValues.listed(request, FORWARDED_FOR);
    if (told == null || AsciiString.indexOf(told, ',', 0) >= 0) {
      return false;
    }
    InetAddress address = ForwardedFor.address(told.toString());
    return address != null && ranges.contains(address);
  }
}
