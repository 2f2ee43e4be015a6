package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HttpFilterRouteConfig;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code typed_per_filter_config} of everything that has it. */
final class FilterOverrides {
  private static final List<RouteFilterCodec<?, ?>> CODECS =
      List.of(
          new RbacRouteCodec(),
          new LocalRateLimitRouteCodec(),
          new FaultRouteCodec(),
          new BufferRouteCodec(),
          new CorsPolicyCodec(),
          new HeaderMutationRouteCodec(),
          new HeaderToMetadataRouteCodec(),
          new ErrorRateBreakerRouteCodec(),
          new LongStreamsRouteCodec());

  private static final Map<String, RouteFilterCodec<?, ?>> BY_MESSAGE = new HashMap<>();
  private static final Map<Class<?>, RouteFilterCodec<?, ?>> BY_MODEL = new HashMap<>();

  static {
    for (RouteFilterCodec<?, ?> codec : CODECS) {
      BY_MESSAGE.put(codec.prototype().getDescriptorForType().getFullName(), codec);
      BY_MODEL.put(codec.model(), codec);
    }
  }

  private FilterOverrides() {}

  /** Converts the map that stands in the message at {@code scope}. */
  static Map<String, FilterOverride> decode(Map<String, Any> configs, DecodeScope scope) {
    if (configs.isEmpty()) {
      return Map.of();
    }
    Map<String, FilterOverride> decoded = new LinkedHashMap<>();
    configs.forEach(
        (name, any) -> {
          FilterOverride override = entry(any, scope.at("typed_per_filter_config", name));
          if (override != null) {
            decoded.put(name, override);
          }
        });
    return decoded;
  }

  private static @Nullable FilterOverride entry(Any any, DecodeScope scope) {
    if (!Extensions.is(any, FilterConfig.getDefaultInstance())) {
      return configure(any, false, scope);
    }
    FilterConfig config = scope.unpack(any, FilterConfig.getDefaultInstance());
    if (config == null) {
      return null;
    }
    if (config.getDisabled()) {
      return new FilterOverride.Disable(); // what else it says does not count
    }
    return config.getConfig().getTypeUrl().isEmpty()
        ? new FilterOverride.Enable()
        : configure(config.getConfig(), config.getIsOptional(), scope.at("config"));
  }

  private static @Nullable FilterOverride configure(Any any, boolean optional, DecodeScope scope) {
    String type = DecodeScope.typeName(any);
    RouteFilterCodec<?, ?> codec = BY_MESSAGE.get(type);
    if (codec != null) {
      HttpFilterRouteConfig config = decode(codec, any, scope);
      return config == null ? null : new FilterOverride.Configure(config);
    }
    String reason = "the HTTP filter configuration \"" + type + "\" is not supported for routes: ";
    if (optional) {
      scope.warning(reason + "it has no effect");
    } else {
      scope.problem(reason + "leave it out");
    }
    return null;
  }

  private static <P extends Message> @Nullable HttpFilterRouteConfig decode(
      RouteFilterCodec<P, ?> codec, Any any, DecodeScope scope) {
    P message = scope.unpack(any, codec.prototype());
    return message == null ? null : codec.decode(message, scope);
  }

  static Map<String, Any> encode(Map<String, FilterOverride> overrides) {
    Map<String, Any> encoded = new TreeMap<>();
    overrides.forEach((name, override) -> encoded.put(name, Extensions.pack(message(override))));
    return encoded;
  }

  private static Message message(FilterOverride override) {
    return switch (override) {
      case FilterOverride.Disable() -> FilterConfig.newBuilder().setDisabled(true).build();
      case FilterOverride.Enable() ->
          FilterConfig.newBuilder().setConfig(Any.getDefaultInstance()).build();
      case FilterOverride.Configure(HttpFilterRouteConfig config) -> {
        RouteFilterCodec<?, ?> codec = BY_MODEL.get(config.getClass());
        if (codec == null) {
          throw new IllegalArgumentException("no codec for " + config.getClass().getName());
        }
        Message message = message(codec, config);
        yield Extensions.isOwn(message)
            ? FilterConfig.newBuilder()
                .setConfig(Extensions.pack(message))
                .setIsOptional(true)
                .build()
            : message;
      }
    };
  }

  private static <M extends HttpFilterRouteConfig> Message message(
      RouteFilterCodec<?, M> codec, HttpFilterRouteConfig config) {
    return codec.encode(codec.model().cast(config));
  }
}
