package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderToMetadata;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;

/** {@code envoy.extensions.filters.http.header_to_metadata.v3.Config} of routes. */
final class HeaderToMetadataRouteCodec implements RouteFilterCodec<Config, HeaderToMetadata> {
  @Override
  public Config prototype() {
    return Config.getDefaultInstance();
  }

  @Override
  public Class<HeaderToMetadata> model() {
    return HeaderToMetadata.class;
  }

  @Override
  public HeaderToMetadata decode(Config message, DecodeScope scope) {
    return MetadataRules.decode(message, scope);
  }

  @Override
  public Config encode(HeaderToMetadata model) {
    return MetadataRules.encode(model);
  }
}
