package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.StringValue;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** gRPC in its four modes through the proxy. */
class GrpcTest {
  private final Mesh mesh = new Mesh();
  private final GrpcServer service = GrpcServer.server(mesh.outside);
  private GrpcClient client;

  @BeforeEach
  void start() {
    client = GrpcClient.client(mesh.outside);
    HttpServer server =
        Client.await(
            mesh.outside.createHttpServer().requestHandler(service).listen(0, "127.0.0.1"));
    mesh.apply(config(all("echo"), cluster("echo", UpstreamProtocol.HTTP2, server.actualPort())));
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private static ServiceMethod<StringValue, StringValue> onServer(String method) {
    return ServiceMethod.server(
        ServiceName.create("test", "Echo"),
        method,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(StringValue.getDefaultInstance()));
  }

  private Future<GrpcClientRequest<StringValue, StringValue>> call(String method) {
    return client.request(
        SocketAddress.inetSocketAddress(mesh.port(), "127.0.0.1"),
        ServiceMethod.client(
            ServiceName.create("test", "Echo"),
            method,
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(StringValue.getDefaultInstance())));
  }

  private static StringValue text(String text) {
    return StringValue.of(text);
  }

  @Test
  void unary() {
    service.callHandler(
        onServer("Unary"), request -> request.handler(message -> request.response().end(message)));
    StringValue answer =
        Client.await(
            call("Unary")
                .compose(request -> request.send(text("hello")))
                .compose(response -> response.last()));
    assertThat(answer.getValue()).isEqualTo("hello");
    await().until(() -> mesh.telemetry.lines().size() == 1);
    assertThat(mesh.telemetry.lines().getFirst().grpcStatus()).isZero();
  }

  @Test
  void aStatusIsPassedOn() {
    service.callHandler(
        onServer("Fail"),
        request ->
            request
                .response()
                .status(GrpcStatus.FAILED_PRECONDITION)
                .statusMessage("not now")
                .end());
    Future<StringValue> answer =
        call("Fail")
            .compose(request -> request.send(text("x")))
            .compose(response -> response.last());
    assertThatThrownBy(() -> Client.await(answer)).hasMessageContaining("FAILED_PRECONDITION");
    await().until(() -> mesh.telemetry.lines().size() == 1);
    assertThat(mesh.telemetry.lines().getFirst().grpcStatus()).isEqualTo(9);
  }

  @Test
  void serverStreaming() {
    service.callHandler(
        onServer("List"),
        request ->
            request.handler(
                message -> {
                  for (int i = 0; i < 1000; i++) {
                    request.response().write(text(message.getValue() + i));
                  }
                  request.response().end();
                }));
    List<String> seen = new CopyOnWriteArrayList<>();
    Promise<Void> end = Promise.promise();
    call("List")
        .compose(request -> request.send(text("n")))
        .onSuccess(
            response -> {
              response.handler(message -> seen.add(message.getValue()));
              response.endHandler(nothing -> end.complete());
            });
    Client.await(end.future());
    assertThat(seen).hasSize(1000).startsWith("n0", "n1").endsWith("n999");
  }

  @Test
  void clientStreaming() {
    service.callHandler(
        onServer("Sum"),
        request -> {
          AtomicInteger length = new AtomicInteger();
          request.handler(message -> length.addAndGet(message.getValue().length()));
          request.endHandler(end -> request.response().end(text("" + length)));
        });
    StringValue answer =
        Client.await(
            call("Sum")
                .compose(
                    request -> {
                      for (int i = 0; i < 200; i++) {
                        request.write(text("x".repeat(10_000)));
                      }
                      request.end();
                      return request.response();
                    })
                .compose(response -> response.last()));
    assertThat(answer.getValue()).isEqualTo("2000000");
  }

  @Test
  void bothWaysAndHalfClosed() {
    service.callHandler(
        onServer("Chat"),
        request -> {
          request.handler(message -> request.response().write(text("re: " + message.getValue())));
          request.endHandler(
              end -> {
                request.response().write(text("bye"));
                request.response().end();
              });
        });
    var request = Client.await(call("Chat"));
    List<String> seen = new CopyOnWriteArrayList<>();
    Promise<Void> end = Promise.promise();
    request
        .response()
        .onSuccess(
            response -> {
              response.handler(message -> seen.add(message.getValue()));
              response.endHandler(nothing -> end.complete());
            });
    for (int i = 0; i < 50; i++) {
      request.write(text("" + i));
      int expected = i + 1;
      await().pollInterval(Duration.ofMillis(2)).until(() -> seen.size() == expected);
    }
    request.end();
    Client.await(end.future());
    assertThat(seen).hasSize(51).endsWith("re: 49", "bye");
  }

  @Test
  void aCancelReachesTheServer() {
    ConcurrentLinkedQueue<GrpcServerRequest<?, ?>> calls = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Object> ends = new ConcurrentLinkedQueue<>();
    service.callHandler(
        onServer("Hang"),
        request -> {
          request.errorHandler(ends::add);
          request.exceptionHandler(ends::add);
          request.response().exceptionHandler(ends::add);
          calls.add(request);
        });
    var request = Client.await(call("Hang"));
    request.write(text("hello"));
    await().until(() -> calls.size() == 1);
    request.cancel();
    await().until(() -> !ends.isEmpty());
  }
}
