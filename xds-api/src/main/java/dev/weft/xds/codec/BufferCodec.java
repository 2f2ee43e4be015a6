package dev.weft.xds.codec;

import com.google.protobuf.UInt32Value;
import dev.weft.xds.model.BufferFilter;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;

/** {@code envoy.extensions.filters.http.buffer.v3.Buffer}. */
final class BufferCodec implements FilterCodec<Buffer, BufferFilter> {
  @Override
  public Buffer prototype() {
    return Buffer.getDefaultInstance();
  }

  @Override
  public Class<BufferFilter> model() {
    return BufferFilter.class;
  }

  @Override
  public BufferFilter decode(String name, Buffer message, DecodeScope scope) {
    return new BufferFilter(name, max(message, scope));
  }

  @Override
  public Buffer encode(BufferFilter model) {
    return message(model.maxBytes());
  }

  static int max(Buffer message, DecodeScope scope) {
    DecodeScope at = scope.at("max_request_bytes");
    at.require(message.hasMaxRequestBytes(), "must be set");
    return message.hasMaxRequestBytes()
        ? Wire.number(message.getMaxRequestBytes().getValue(), 1, Integer.MAX_VALUE, at)
        : 1;
  }

  static Buffer message(int max) {
    return Buffer.newBuilder().setMaxRequestBytes(UInt32Value.of(max)).build();
  }
}
