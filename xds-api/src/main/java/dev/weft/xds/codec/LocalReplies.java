package dev.weft.xds.codec;

import dev.weft.xds.model.LocalReplyConfig;
import dev.weft.xds.model.LocalReplyConfig.Mapper;
import dev.weft.xds.model.LogFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import java.util.ArrayList;
import java.util.List;

/** {@code LocalReplyConfig} of connection managers. */
final class LocalReplies {
  private static final int MIN_STATUS = 200;
  private static final int MAX_STATUS = 599;

  private LocalReplies() {}

  static LocalReplyConfig decode(
      io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig
          config,
      DecodeScope scope) {
    List<Mapper> mappers = new ArrayList<>();
    for (int i = 0; i < config.getMappersCount(); i++) {
      mappers.add(decode(config.getMappers(i), scope.at("mappers", i)));
    }
    return new LocalReplyConfig(
        mappers,
        config.hasBodyFormat()
            ? Formats.decode(config.getBodyFormat(), scope.at("body_format"))
            : null);
  }

  private static Mapper decode(ResponseMapper mapper, DecodeScope scope) {
    scope.at("filter").require(mapper.hasFilter(), "must be set");
    return new Mapper(
        mapper.hasFilter()
            ? LogFilters.decode(mapper.getFilter(), scope.at("filter"))
            : new LogFilter.NotHealthCheck(),
        mapper.hasStatusCode()
            ? Wire.number(
                mapper.getStatusCode().getValue(), MIN_STATUS, MAX_STATUS, scope.at("status_code"))
            : 0,
        mapper.hasBody() ? Wire.text(mapper.getBody(), scope.at("body")) : null,
        mapper.hasBodyFormatOverride()
            ? Formats.decode(mapper.getBodyFormatOverride(), scope.at("body_format_override"))
            : null,
        HeaderMutationsCodec.additions(mapper.getHeadersToAddList(), "headers_to_add", scope));
  }

  static io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig
      encode(LocalReplyConfig config) {
    var encoded =
        io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig
            .newBuilder();
    config.mappers().forEach(mapper -> encoded.addMappers(encode(mapper)));
    if (config.format() != null) {
      encoded.setBodyFormat(Formats.encode(config.format()));
    }
    return encoded.build();
  }

  private static ResponseMapper encode(Mapper mapper) {
    ResponseMapper.Builder encoded =
        ResponseMapper.newBuilder()
            .setFilter(LogFilters.encode(mapper.filter()))
            .addAllHeadersToAdd(HeaderMutationsCodec.encode(mapper.headers()));
    if (mapper.status() != 0) {
      encoded.setStatusCode(Wire.uint32(mapper.status()));
    }
    if (mapper.body() != null) {
      encoded.setBody(Wire.source(mapper.body()));
    }
    if (mapper.format() != null) {
      encoded.setBodyFormatOverride(Formats.encode(mapper.format()));
    }
    return encoded.build();
  }
}
