package dev.weft.xds.codec;

import com.google.protobuf.ByteString;
import dev.weft.xds.model.Resumption;
import dev.weft.xds.model.Resumption.TicketKey;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What a {@code DownstreamTlsContext} says of sessions. */
final class Resumptions {
  private static final long MAX_SECONDS = 4294967295L;
  private static final HexFormat HEX = HexFormat.of();

  private Resumptions() {}

  static Resumption decode(DownstreamTlsContext context, DecodeScope scope) {
    DecodeScope at = scope.at("session_timeout");
    Duration timeout = Wire.duration(context.getSessionTimeout(), at);
    at.require(timeout.toSeconds() <= MAX_SECONDS, "must be less than 4294967296s");
    List<TicketKey> keys =
        context.hasSessionTicketKeys()
            ? keys(context.getSessionTicketKeys(), scope.at("session_ticket_keys"))
            : List.of();
    return new Resumption(
        !context.getDisableStatelessSessionResumption(),
        !context.getDisableStatefulSessionResumption(),
        Duration.ofSeconds(timeout.toSeconds()),
        keys);
  }

  private static List<TicketKey> keys(TlsSessionTicketKeys keys, DecodeScope scope) {
    scope.at("keys").require(keys.getKeysCount() > 0, "must not be empty");
    List<TicketKey> decoded = new ArrayList<>();
    for (int i = 0; i < keys.getKeysCount(); i++) {
      DecodeScope at = scope.at("keys", i);
      byte[] key = Wire.bytes(keys.getKeys(i), at);
      if (at.require(
          key.length == TicketKey.BYTES,
          "has " + key.length + " bytes, must have " + TicketKey.BYTES)) {
        decoded.add(new TicketKey(HEX.formatHex(key)));
      }
    }
    return decoded;
  }

  static void encode(Resumption resumption, DownstreamTlsContext.Builder context) {
    if (!resumption.tickets()) {
      context.setDisableStatelessSessionResumption(true);
    }
    context.setDisableStatefulSessionResumption(!resumption.remembered());
    if (resumption.timeout().isPositive()) {
      context.setSessionTimeout(Wire.duration(resumption.timeout()));
    }
    for (TicketKey key : resumption.keys()) {
      context
          .getSessionTicketKeysBuilder()
          .addKeys(
              DataSource.newBuilder().setInlineBytes(ByteString.copyFrom(HEX.parseHex(key.hex()))));
    }
  }
}
