package dev.weft.control.xds;

import com.google.protobuf.Duration;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsRequest;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * One LRS stream: the sidecar says who it is, is asked to report all clusters, and reports.
 * Confined to the connection's event loop.
 */
final class LoadStream {
  static final ServiceMethod<LoadStatsRequest, LoadStatsResponse> METHOD =
      ServiceMethod.server(
          ServiceName.create("envoy.service.load_stats.v3", "LoadReportingService"),
          "StreamLoadStats",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(LoadStatsRequest.getDefaultInstance()));

  private static final LoadStatsResponse REPORT_ALL =
      LoadStatsResponse.newBuilder()
          .setSendAllClusters(true)
          .setLoadReportingInterval(Duration.newBuilder().setSeconds(2))
          .build();

  private final GrpcServerRequest<LoadStatsRequest, LoadStatsResponse> request;
  private final StreamHost host;
  private final TrafficRates rates;
  private @Nullable String proxyId;
  private boolean ended;

  LoadStream(
      GrpcServerRequest<LoadStatsRequest, LoadStatsResponse> request,
      StreamHost host,
      TrafficRates rates) {
    this.request = request;
    this.host = host;
    this.rates = rates;
  }

  void start() {
    request.handler(this::onMessage);
    request.endHandler(
        v -> {
          if (!ended) {
            end();
            request.response().end();
          }
        });
    request.exceptionHandler(e -> end());
    request.errorHandler(error -> end());
    request.invalidMessageHandler(
        e -> {
          UnreadableMessage unreadable = UnreadableMessage.of(e);
          refuse(unreadable.status(), unreadable.message());
        });
    request.response().exceptionHandler(e -> end());
  }

  private void onMessage(LoadStatsRequest message) {
    if (ended) {
      return;
    }
    if (proxyId != null) {
      rates.reported(proxyId, LoadReport.of(message.getClusterStatsList()));
      return;
    }
    switch (host.admit(message.getNode(), request.connection().sslSession())) {
      case Admission.Refused(GrpcStatus status, String reason) -> refuse(status, reason);
      case Admission.Granted(var node) -> {
        proxyId = node.id();
        request.response().write(REPORT_ALL);
      }
    }
  }

  private void refuse(GrpcStatus status, String reason) {
    if (!ended) {
      end();
      request.response().status(status).statusMessage(reason).end();
    }
  }

  private void end() {
    ended = true;
    if (proxyId != null) {
      rates.forget(proxyId);
    }
  }
}
