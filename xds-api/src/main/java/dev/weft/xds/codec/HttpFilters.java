package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.weft.xds.model.DisabledFilter;
import dev.weft.xds.model.HttpFilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The HTTP filters of a connection manager; the router ends them and is not in the model. */
final class HttpFilters {
  private static final String ROUTER = Router.getDescriptor().getFullName();
  private static final String ROUTER_NAME = "envoy.filters.http.router";

  private final Map<String, FilterCodec<?, ?>> byMessage = new HashMap<>();
  private final Map<Class<?>, FilterCodec<?, ?>> byModel = new HashMap<>();

  HttpFilters(List<FilterCodec<?, ?>> codecs) {
    for (FilterCodec<?, ?> codec : codecs) {
      byMessage.put(codec.prototype().getDescriptorForType().getFullName(), codec);
      byModel.put(codec.model(), codec);
    }
  }

  List<HttpFilterConfig> decode(List<HttpFilter> filters, DecodeScope scope) {
    List<HttpFilterConfig> decoded = new ArrayList<>();
    Set<String> names = new HashSet<>();
    boolean routed = false;
    for (int i = 0; i < filters.size(); i++) {
      HttpFilter filter = filters.get(i);
      DecodeScope at = scope.at("http_filters", i);
      String name = Wire.text(filter.getName(), at.at("name"));
      at.at("name").require(names.add(name), "\"" + name + "\" stands twice");
      if (DecodeScope.typeName(filter.getTypedConfig()).equals(ROUTER)) {
        at.at("typed_config").unpack(filter.getTypedConfig(), Router.getDefaultInstance());
        at.at("disabled").require(!filter.getDisabled(), "the router cannot be disabled");
        at.require(i == filters.size() - 1, "the router must be the last filter");
        routed = true;
      } else {
        HttpFilterConfig config = decode(name, filter, at);
        if (config != null) {
          decoded.add(config);
        }
      }
    }
    scope
        .at("http_filters")
        .require(routed, "must end with the router, " + ROUTER_NAME + " of type " + ROUTER);
    return decoded;
  }

  /** The router among these, or one that says nothing; what is wrong with it is noted elsewhere. */
  static Router router(List<HttpFilter> filters) {
    for (HttpFilter filter : filters) {
      if (DecodeScope.typeName(filter.getTypedConfig()).equals(ROUTER)) {
        try {
          return Router.parseFrom(filter.getTypedConfig().getValue());
        } catch (InvalidProtocolBufferException e) {
          return Router.getDefaultInstance();
        }
      }
    }
    return Router.getDefaultInstance();
  }

  private @Nullable HttpFilterConfig decode(String name, HttpFilter filter, DecodeScope scope) {
    String type = DecodeScope.typeName(filter.getTypedConfig());
    FilterCodec<?, ?> codec = byMessage.get(type);
    if (codec != null) {
      HttpFilterConfig config =
          decode(codec, name, filter.getTypedConfig(), scope.at("typed_config"));
      return config != null && filter.getDisabled() ? new DisabledFilter(config) : config;
    }
    if (filter.getIsOptional() || filter.getDisabled()) {
      scope.warning("the HTTP filter \"" + type + "\" is not supported: it is left out");
    } else {
      scope
          .at("typed_config")
          .problem("the HTTP filter \"" + type + "\" is not supported: leave it out");
    }
    return null;
  }

  private static <P extends Message, M extends HttpFilterConfig> @Nullable M decode(
      FilterCodec<P, M> codec, String name, Any any, DecodeScope scope) {
    P message = scope.unpack(any, codec.prototype());
    return message == null ? null : codec.decode(name, message, scope);
  }

  /**
   * @param router what the last filter says
   */
  List<HttpFilter> encode(List<HttpFilterConfig> filters, Router router) {
    List<HttpFilter> encoded = new ArrayList<>();
    for (HttpFilterConfig filter : filters) {
      boolean disabled = filter instanceof DisabledFilter;
      HttpFilterConfig config = filter instanceof DisabledFilter(var inner) ? inner : filter;
      encoded.add(filter(config.name(), encode(config)).toBuilder().setDisabled(disabled).build());
    }
    encoded.add(filter(ROUTER_NAME, router));
    return encoded;
  }

  private Message encode(HttpFilterConfig filter) {
    FilterCodec<?, ?> codec = byModel.get(filter.getClass());
    if (codec == null) {
      throw new IllegalArgumentException("no codec for the filter " + filter.getClass().getName());
    }
    return encode(codec, filter);
  }

  private static <M extends HttpFilterConfig> Message encode(
      FilterCodec<?, M> codec, HttpFilterConfig filter) {
    return codec.encode(codec.model().cast(filter));
  }

  private static HttpFilter filter(String name, Message config) {
    return HttpFilter.newBuilder()
        .setName(name)
        .setTypedConfig(Extensions.pack(config))
        .setIsOptional(Extensions.isOwn(config))
        .build();
  }
}
