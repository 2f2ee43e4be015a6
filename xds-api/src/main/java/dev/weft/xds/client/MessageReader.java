package dev.weft.xds.client;

import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.CodecException;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageDecoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/**
 * Decodes the messages of a stream, compressed or not. The bound on their size holds after
 * decompression too.
 */
record MessageReader<P>(GrpcMessageDecoder<P> decoder, long maxBytes) {
  /**
   * @throws IOException if the message cannot be read; the text says why
   */
  P read(GrpcMessage message) throws IOException {
    try {
      return decoder.decode(
          switch (message.encoding()) {
            case "identity" -> message;
            case "gzip" -> GrpcMessage.message("identity", inflate(message.payload()));
            default ->
                throw new IOException(
                    "a message is encoded as " + message.encoding() + "; send it plain or as gzip");
          });
    } catch (CodecException e) {
      throw new IOException("a message cannot be decoded: " + e.getMessage(), e);
    }
  }

  private Buffer inflate(Buffer compressed) throws IOException {
    try (GZIPInputStream input =
        new GZIPInputStream(new ByteArrayInputStream(compressed.getBytes()))) {
      byte[] plain = input.readNBytes((int) Math.min(Integer.MAX_VALUE, maxBytes + 1));
      if (plain.length > maxBytes) {
        throw new IOException(
            "a message is larger than " + maxBytes + " bytes once it is decompressed");
      }
      return Buffer.buffer(plain);
    }
  }
}
