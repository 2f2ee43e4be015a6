package dev.weft.xds.codec;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.UInt32Value;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import java.net.InetAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** The values that every message is made of: durations, numbers, addresses, texts. */
final class Wire {
  /** A hundred years: a deadline that far off is still a {@code long} of nanoseconds. */
  private static final long MAX_SECONDS = 3_155_760_000L;

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  static final ConfigSource ADS =
      ConfigSource.newBuilder()
          .setAds(AggregatedConfigSource.getDefaultInstance())
          .setResourceApiVersion(ApiVersion.V3)
          .build();

  private Wire() {}

  /** A duration from zero to a hundred years that stands at {@code scope}. */
  static Duration duration(com.google.protobuf.Duration duration, DecodeScope scope) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNanos();
    if (seconds < 0 || seconds > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) {
      scope.problem("must be a duration from 0s to " + MAX_SECONDS + "s");
      return Duration.ZERO;
    }
    return Duration.ofSeconds(seconds, nanos);
  }

  static com.google.protobuf.Duration duration(Duration duration) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(duration.getSeconds())
        .setNanos(duration.getNano())
        .build();
  }

  /** A limit; what does not fit an {@code int} is as good as none. */
  static int limit(UInt32Value value) {
    return value.getValue() < 0 ? Integer.MAX_VALUE : value.getValue();
  }

  /** A number that must be in a range. */
  static int number(int unsigned, int min, int max, DecodeScope scope) {
    long value = Integer.toUnsignedLong(unsigned);
    if (value < min || value > max) {
      scope.problem("is " + value + ", must be " + min + ".." + max);
      return min;
    }
    return unsigned;
  }

  static UInt32Value uint32(int value) {
    return UInt32Value.of(value);
  }

  static BoolValue bool(boolean value) {
    return BoolValue.of(value);
  }

  /** A text that must not be empty. */
  static String text(String text, DecodeScope scope) {
    scope.require(!text.isEmpty(), "must not be empty");
    return text;
  }

  /** The text of a data source: in the message itself, or where the policy allows, elsewhere. */
  static String text(DataSource source, DecodeScope scope) {
    return switch (source.getSpecifierCase()) {
      case INLINE_STRING -> source.getInlineString();
      case INLINE_BYTES -> utf8(source.getInlineBytes(), scope.at("inline_bytes"));
      case FILENAME, ENVIRONMENT_VARIABLE ->
          scope.local() ? LocalText.read(source, scope) : ""; // else refused by the field policy
      case SPECIFIER_NOT_SET -> {
        scope.problem("has no content: set inline_string or inline_bytes");
        yield "";
      }
    };
  }

  /** The content, whatever bytes it is; none with a problem. */
  static byte[] bytes(DataSource source, DecodeScope scope) {
    return switch (source.getSpecifierCase()) {
      case INLINE_BYTES -> source.getInlineBytes().toByteArray();
      case FILENAME ->
          scope.local() ? LocalText.bytes(source.getFilename(), scope.at("filename")) : new byte[0];
      case INLINE_STRING, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET ->
          text(source, scope).getBytes(StandardCharsets.UTF_8);
    };
  }

  static DataSource source(String text) {
    return DataSource.newBuilder().setInlineString(text).build();
  }

  static String utf8(ByteString bytes, DecodeScope scope) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.asReadOnlyByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      scope.problem("is not UTF-8 text");
      return "";
    }
  }

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /**
   * Where another resource comes from: ADS, the stream this one came by, or a file of this machine.
   */
  @SuppressWarnings("deprecation") // path is what path_config_source took the place of
  static void configSource(ConfigSource source, XdsType type, String name, DecodeScope scope) {
    boolean newer = source.hasPathConfigSource();
    if (!newer && !source.hasPath()) {
      scope.require(
          source.hasAds() || source.hasSelf(),
          "is not supported: only ads, self and path_config_source are");
      return;
    }
    DecodeScope at = newer ? scope.at("path_config_source").at("path") : scope.at("path");
    String path = newer ? source.getPathConfigSource().getPath() : source.getPath();
    if (!scope.local()) {
      at.problem("may not be named here: a file is named in files of its own machine only");
    } else if (at.require(!path.isEmpty(), "must not be empty")
        && at.require(FileSource.isReadable(path), "is no file that can be read: " + path)) {
      scope.file(new FileSource(new ResourceKey(type, name), path));
    }
  }

  /** An address whose host is an IP literal, or any name if {@code names}. */
  static SocketAddress address(Address address, boolean names, DecodeScope scope) {
    DecodeScope at = scope.at("socket_address");
    if (!address.hasSocketAddress()) {
      at.problem("must be set");
      return new SocketAddress("0.0.0.0", 0);
    }
    var socket = address.getSocketAddress();
    String host = socket.getAddress();
    if (names) {
      text(host, at.at("address"));
    } else {
      at.at("address").require(isIpLiteral(host), notLiteral(host));
    }
    at.at("port_value").require(socket.hasPortValue(), "must be set");
    return new SocketAddress(host, number(socket.getPortValue(), 0, 65535, at.at("port_value")));
  }

  static Address address(SocketAddress address) {
    return Address.newBuilder()
        .setSocketAddress(
            io.envoyproxy.envoy.config.core.v3.SocketAddress.newBuilder()
                .setAddress(address.host())
                .setPortValue(address.port()))
        .build();
  }

  static String notLiteral(String host) {
    return "\"" + host + "\" is not an IPv4 or IPv6 address";
  }

  /** Whether this is an address in numbers; nothing is ever resolved. */
  static boolean isIpLiteral(String host) {
    if (!IPV4.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      return false;
    }
    try {
      InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
