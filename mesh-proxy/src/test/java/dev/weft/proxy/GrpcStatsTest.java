package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.StringValue;
import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The filter {@code envoy.filters.http.grpc_stats} with gRPC's own client and server. */
class GrpcStatsTest {
  private final Mesh mesh = new Mesh();
  private final GrpcServer service = GrpcServer.server(mesh.outside);
  private GrpcClient client;
  private int backend;

  /** {@code Talk} says everything twice, {@code Fail} fails. */
  @BeforeEach
  void start() {
    client = GrpcClient.client(mesh.outside);
    service.callHandler(
        onServer("Talk"),
        request -> {
          request.handler(
              message -> {
                request.response().write(message);
                request.response().write(message);
              });
          request.endHandler(end -> request.response().end());
        });
    service.callHandler(
        onServer("Fail"),
        request -> {
          request.handler(message -> {});
          request.endHandler(
              end -> request.response().status(GrpcStatus.FAILED_PRECONDITION).end());
        });
    HttpServer server =
        Client.await(
            mesh.outside.createHttpServer().requestHandler(service).listen(0, "127.0.0.1"));
    backend = server.actualPort();
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private static ServiceMethod<StringValue, StringValue> onServer(String method) {
    return ServiceMethod.server(
        ServiceName.create("shop", "Echo"),
        method,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(StringValue.getDefaultInstance()));
  }

  private void serve(String said) throws BootstrapException {
    mesh.apply(
        FromYaml.served(
            """
            route_config:
              virtual_hosts:
              - name: all
                domains: ["*"]
                routes:
                - {match: {prefix: /shop.Here}, direct_response: {status: 403}}
                - {match: {prefix: /}, route: {cluster: echo}}
            """,
            """
            - name: calls
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.http.grpc_stats.v3.FilterConfig
            """
                + said.indent(4),
            FromYaml.http2Cluster("echo", backend)));
  }

  private Future<GrpcClientRequest<StringValue, StringValue>> call(String method) {
    return client.request(
        SocketAddress.inetSocketAddress(mesh.port(), "127.0.0.1"),
        ServiceMethod.client(
            ServiceName.create("shop", "Echo"),
            method,
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(StringValue.getDefaultInstance())));
  }

  /** Sends so many messages of a kilobyte and waits for the end of the answer. */
  private void talk(int messages) {
    Promise<Void> end = Promise.promise();
    GrpcClientRequest<StringValue, StringValue> request = Client.await(call("Talk"));
    request
        .response()
        .onFailure(end::fail)
        .onSuccess(
            response -> {
              response.handler(message -> {});
              response.endHandler(nothing -> end.complete());
            });
    for (int i = 0; i < messages; i++) {
      request.write(StringValue.of("x".repeat(1000)));
    }
    request.end();
    Client.await(end.future());
  }

  private void fail() {
    assertThatThrownBy(
            () ->
                Client.await(
                    call("Fail")
                        .compose(request -> request.send(StringValue.of("x")))
                        .compose(response -> response.last())))
        .hasMessageContaining("FAILED_PRECONDITION");
  }

  private List<String> counted() {
    return mesh.telemetry.grpc().plain();
  }

  @Test
  void callsAndMessagesAreCountedByMethod() throws Exception {
    serve("stats_for_all_methods: true");

    talk(30);
    talk(1);
    fail();

    assertThat(counted())
        .containsExactly(
            "cluster.echo.grpc.shop.Echo.Fail.9: 1",
            "cluster.echo.grpc.shop.Echo.Fail.failure: 1",
            "cluster.echo.grpc.shop.Echo.Fail.total: 1",
            "cluster.echo.grpc.shop.Echo.Fail.request_message_count: 1",
            "cluster.echo.grpc.shop.Echo.Talk.0: 2",
            "cluster.echo.grpc.shop.Echo.Talk.success: 2",
            "cluster.echo.grpc.shop.Echo.Talk.total: 2",
            "cluster.echo.grpc.shop.Echo.Talk.request_message_count: 31",
            "cluster.echo.grpc.shop.Echo.Talk.response_message_count: 62");
  }

  @Test
  void dotsOfServicesMayBecomeUnderscores() throws Exception {
    serve("stats_for_all_methods: true\nreplace_dots_in_grpc_service_name: true");

    fail();

    assertThat(counted()).contains("cluster.echo.grpc.shop_Echo.Fail.total: 1");
  }

  @Test
  void methodsThatAreNotListedAreCountedTogether() throws Exception {
    serve(
        """
        individual_method_stats_allowlist: {services: [{name: shop.Echo, method_names: [Fail, Get]}]}
        enable_upstream_stats: true
        """);

    talk(2);
    fail();

    assertThat(counted())
        .contains("cluster.echo.grpc.shop.Echo.Fail.9: 1")
        .contains(
            "cluster.echo.grpc.0: 1",
            "cluster.echo.grpc.request_message_count: 2",
            "cluster.echo.grpc.response_message_count: 4",
            "cluster.echo.grpc.upstream_rq_time.count: 1",
            "cluster.echo.grpc.shop.Echo.Fail.upstream_rq_time.count: 1");
  }

  @Test
  void allAreCountedTogetherWhereNothingElseIsAskedFor() throws Exception {
    serve("enable_upstream_stats: true");

    talk(2);
    fail();

    assertThat(counted())
        .startsWith(
            "cluster.echo.grpc.0: 1",
            "cluster.echo.grpc.9: 1",
            "cluster.echo.grpc.success: 1",
            "cluster.echo.grpc.failure: 1",
            "cluster.echo.grpc.total: 2",
            "cluster.echo.grpc.request_message_count: 3",
            "cluster.echo.grpc.response_message_count: 4",
            "cluster.echo.grpc.upstream_rq_time.count: 2");
  }

  @Test
  void whatIsNoCallOfAClustersMethodIsNotCounted() throws Exception {
    serve("stats_for_all_methods: true\nenable_upstream_stats: true");

    mesh.h2.get(mesh.port(), "/shop.Echo/Talk");
    mesh.h2.get(mesh.port(), "/shop.Here/Talk", Map.of("content-type", "application/grpc"));
    mesh.h2.get(mesh.port(), "/alone", Map.of("content-type", "application/grpc"));

    assertThat(counted()).isEmpty();
  }
}
