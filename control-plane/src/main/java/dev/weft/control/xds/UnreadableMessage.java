package dev.weft.control.xds;

import dev.weft.xds.client.AdsMethods;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.InvalidMessageException;
import io.vertx.grpc.common.MessageSizeOverflowException;

/** What to end a stream with on which something came that is no message. */
record UnreadableMessage(GrpcStatus status, String message) {
  static UnreadableMessage of(InvalidMessageException failure) {
    return failure instanceof MessageSizeOverflowException
        ? new UnreadableMessage(
            GrpcStatus.RESOURCE_EXHAUSTED,
            "a message is larger than " + AdsMethods.MAX_REQUEST_BYTES + " bytes")
        : new UnreadableMessage(
            GrpcStatus.INVALID_ARGUMENT, "a message cannot be read: " + failure.getMessage());
  }
}
