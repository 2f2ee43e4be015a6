package dev.weft.xds.codec;

import dev.weft.filters.http.long_streams.v1.LongStreams;

/** {@code weft.filters.http.long_streams.v1.LongStreams} of routes. */
final class LongStreamsRouteCodec
    implements RouteFilterCodec<LongStreams, dev.weft.xds.model.LongStreams> {
  @Override
  public LongStreams prototype() {
    return LongStreams.getDefaultInstance();
  }

  @Override
  public Class<dev.weft.xds.model.LongStreams> model() {
    return dev.weft.xds.model.LongStreams.class;
  }

  @Override
  public dev.weft.xds.model.LongStreams decode(LongStreams message, DecodeScope scope) {
    return LongStreamsMessages.decode(message, scope);
  }

  @Override
  public LongStreams encode(dev.weft.xds.model.LongStreams model) {
    return LongStreamsMessages.encode(model);
  }
}
