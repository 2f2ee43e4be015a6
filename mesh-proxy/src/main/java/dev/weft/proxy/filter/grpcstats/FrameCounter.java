package dev.weft.proxy.filter.grpcstats;

import io.netty.buffer.ByteBuf;

/**
 * Counts gRPC's messages in a body that comes in parts, however it is cut. A message counts with
 * the first byte of what precedes it: a byte of flags, whatever they say, and its length in four.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over
 *     HTTP/2</a>
 */
final class FrameCounter {
  private static final int PREFIX = 5;

  /** How much of a prefix was seen; all of it within a message. */
  private int seen;

  /** How much of the message is still to come; within a prefix, as much of it as is known. */
  private long left;

  /** How many messages begin in the next part of a body, which is left as it is. */
  int count(ByteBuf part) {
    int begun = 0;
    int at = part.readerIndex();
    int end = part.writerIndex();
    while (at < end) {
      if (seen == PREFIX) {
        int here = (int) Math.min(left, end - at);
        at += here;
        left -= here;
      } else {
        int octet = part.getByte(at++) & 0xff;
        if (seen == 0) {
          begun++;
        } else {
          left = left << 8 | octet;
        }
        seen++;
      }
      if (seen == PREFIX && left == 0) {
        seen = 0;
      }
    }
    return begun;
  }
}
