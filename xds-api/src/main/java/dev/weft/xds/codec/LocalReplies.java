package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMutations.HeaderValue;
import dev.weft.xds.model.LocalReplyConfig;
import dev.weft.xds.model.LocalReplyConfig.Mapper;
import dev.weft.xds.model.LogFilter;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
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
        headers(mapper.getHeadersToAddList(), scope));
  }

  private static List<HeaderValue> headers(List<HeaderValueOption> options, DecodeScope scope) {
    List<HeaderValue> headers = new ArrayList<>();
    for (int i = 0; i < options.size(); i++) {
      DecodeScope at = scope.at("headers_to_add", i);
      DecodeScope value = at.at("header").at("value");
      String format = Formats.text(options.get(i).getHeader().getValue(), value);
      value.require(HeaderNames.isValue(format), "has a line end, which no header can carry");
      headers.add(
          new HeaderValue(
              HeaderNames.changed(options.get(i).getHeader().getKey(), at.at("header").at("key")),
              format,
              HeaderMutationsCodec.append(options.get(i), at)));
    }
    return headers;
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
            .addAllHeadersToAdd(mapper.headers().stream().map(LocalReplies::encode).toList());
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

  private static HeaderValueOption encode(HeaderValue header) {
    return HeaderValueOption.newBuilder()
        .setHeader(
            io.envoyproxy.envoy.config.core.v3.HeaderValue.newBuilder()
                .setKey(header.name())
                .setValue(header.value()))
        .setAppendAction(HeaderAppendAction.valueOf(header.append().name()))
        .build();
  }
}
