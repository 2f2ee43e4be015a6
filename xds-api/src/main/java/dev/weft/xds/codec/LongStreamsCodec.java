package dev.weft.xds.codec;

import dev.weft.filters.http.long_streams.v1.LongStreams;
import dev.weft.xds.model.LongStreamsFilter;

/** {@code weft.filters.http.long_streams.v1.LongStreams}. */
final class LongStreamsCodec implements FilterCodec<LongStreams, LongStreamsFilter> {
  @Override
  public LongStreams prototype() {
    return LongStreams.getDefaultInstance();
  }

  @Override
  public Class<LongStreamsFilter> model() {
    return LongStreamsFilter.class;
  }

  @Override
  public LongStreamsFilter decode(String name, LongStreams message, DecodeScope scope) {
    return new LongStreamsFilter(name, LongStreamsMessages.decode(message, scope));
  }

  @Override
  public LongStreams encode(LongStreamsFilter model) {
    return LongStreamsMessages.encode(model.streams());
  }
}
