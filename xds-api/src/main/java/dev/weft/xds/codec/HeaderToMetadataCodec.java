package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderToMetadataFilter;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;

/** {@code envoy.extensions.filters.http.header_to_metadata.v3.Config}. */
final class HeaderToMetadataCodec implements FilterCodec<Config, HeaderToMetadataFilter> {
  @Override
  public Config prototype() {
    return Config.getDefaultInstance();
  }

  @Override
  public Class<HeaderToMetadataFilter> model() {
    return HeaderToMetadataFilter.class;
  }

  @Override
  public HeaderToMetadataFilter decode(String name, Config message, DecodeScope scope) {
    return new HeaderToMetadataFilter(name, MetadataRules.decode(message, scope));
  }

  @Override
  public Config encode(HeaderToMetadataFilter model) {
    return MetadataRules.encode(model.rules());
  }
}
