package dev.weft.control.xds;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A stream on which a test says every message itself. */
final class RawStream<Q, P> {
  final List<P> received = new CopyOnWriteArrayList<>();

  /** How the server ended it. */
  final CompletableFuture<Ended> ended = new CompletableFuture<>();

  /** Held for as long as its stream: Vert.x closes a client that nobody refers to any more. */
  private final GrpcClient client;

  private final GrpcClientRequest<Q, P> request;

  record Ended(@Nullable GrpcStatus status, @Nullable String message) {}

  RawStream(Vertx vertx, HttpClientOptions tls, int port, ServiceMethod<P, Q> method)
      throws Exception {
    this.client = GrpcClient.client(vertx, tls);
    this.request =
        MeshNode.get(client.request(SocketAddress.inetSocketAddress(port, "127.0.0.1"), method));
    request
        .response()
        .onSuccess(
            response -> {
              response.handler(received::add);
              response.endHandler(
                  v -> ended.complete(new Ended(response.status(), response.statusMessage())));
              response.exceptionHandler(ended::completeExceptionally);
            })
        .onFailure(ended::completeExceptionally);
  }

  void send(Q message) {
    request.write(message);
  }

  /** Breaks the stream without a goodbye. */
  void reset() {
    request.cancel();
  }

  void halfClose() {
    request.end();
  }
}
