package dev.weft.xds.client;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;

/** The methods of {@code envoy.service.discovery.v3.AggregatedDiscoveryService}. */
public final class AdsMethods {
  /**
   * The largest response a client should take, in bytes: vertx-grpc's own limit of 256 KiB is less
   * than the clusters of a middling mesh.
   */
  public static final long MAX_MESSAGE_BYTES = 64L << 20;

  /**
   * The largest request a server should take, in bytes: names only, and the versions a delta client
   * comes back with; tens of thousands of them fit.
   */
  public static final long MAX_REQUEST_BYTES = 4L << 20;

  private static final ServiceName SERVICE =
      ServiceName.create("envoy.service.discovery.v3", "AggregatedDiscoveryService");
  private static final String SOTW = "StreamAggregatedResources";
  private static final String DELTA = "DeltaAggregatedResources";

  private AdsMethods() {}

  /** State of the world, as a client calls it. */
  public static ServiceMethod<DiscoveryResponse, DiscoveryRequest> sotwClient() {
    return ServiceMethod.client(
        SERVICE,
        SOTW,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(DiscoveryResponse.getDefaultInstance()));
  }

  /** Delta, as a client calls it. */
  public static ServiceMethod<DeltaDiscoveryResponse, DeltaDiscoveryRequest> deltaClient() {
    return ServiceMethod.client(
        SERVICE,
        DELTA,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(DeltaDiscoveryResponse.getDefaultInstance()));
  }

  /** State of the world, as a server offers it. */
  public static ServiceMethod<DiscoveryRequest, DiscoveryResponse> sotwServer() {
    return ServiceMethod.server(
        SERVICE,
        SOTW,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(DiscoveryRequest.getDefaultInstance()));
  }

  /** Delta, as a server offers it. */
  public static ServiceMethod<DeltaDiscoveryRequest, DeltaDiscoveryResponse> deltaServer() {
    return ServiceMethod.server(
        SERVICE,
        DELTA,
        GrpcMessageEncoder.encoder(),
        GrpcMessageDecoder.decoder(DeltaDiscoveryRequest.getDefaultInstance()));
  }
}
