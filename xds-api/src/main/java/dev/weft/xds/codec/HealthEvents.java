package dev.weft.xds.codec;

import com.google.protobuf.util.Timestamps;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthEvent;
import dev.weft.xds.model.HealthEvent.Failure;
import io.envoyproxy.envoy.data.core.v3.HealthCheckEvent;
import io.envoyproxy.envoy.data.core.v3.HealthCheckFailureType;
import io.envoyproxy.envoy.data.core.v3.HealthCheckerType;
import org.jspecify.annotations.Nullable;

/** {@code envoy.data.core.v3.HealthCheckEvent}, as event logs have it. */
public final class HealthEvents {
  private HealthEvents() {}

  /** The event as a line of JSON, without the end of the line. */
  public static String json(HealthEvent event) {
    return EventJson.print(encode(event));
  }

  private static HealthCheckEvent encode(HealthEvent event) {
    HealthCheckEvent.Builder encoded =
        HealthCheckEvent.newBuilder()
            .setHealthCheckerType(type(event.checker()))
            .setClusterName(event.cluster())
            .setTimestamp(Timestamps.fromMillis(event.at().toEpochMilli()))
            .setMetadata(MetadataValues.balancing(event.metadata()))
            .setLocality(locality(event.locality()));
    encoded
        .getHostBuilder()
        .getSocketAddressBuilder()
        .setAddress(event.endpoint().getAddress().getHostAddress())
        .setPortValue(event.endpoint().getPort());
    switch (event.kind()) {
      case EJECTED ->
          encoded.getEjectUnhealthyEventBuilder().setFailureType(failure(event.failure()));
      case ADDED -> encoded.getAddHealthyEventBuilder().setFirstCheck(event.first());
      case FAILED ->
          encoded
              .getHealthCheckFailureEventBuilder()
              .setFailureType(failure(event.failure()))
              .setFirstCheck(event.first());
      case SUCCEEDED -> encoded.getSuccessfulHealthCheckEventBuilder();
      case DEGRADED -> encoded.getDegradedHealthyHostBuilder();
      case NO_LONGER_DEGRADED -> encoded.getNoLongerDegradedHostBuilder();
    }
    return encoded.build();
  }

  private static HealthCheckerType type(Class<? extends HealthCheck.Probe> checker) {
    if (checker == HealthCheck.Tcp.class) {
      return HealthCheckerType.TCP;
    }
    return checker == HealthCheck.Grpc.class ? HealthCheckerType.GRPC : HealthCheckerType.HTTP;
  }

  private static HealthCheckFailureType failure(@Nullable Failure failure) {
    return failure == null
        ? HealthCheckFailureType.ACTIVE
        : HealthCheckFailureType.valueOf(failure.name());
  }

  private static io.envoyproxy.envoy.config.core.v3.Locality locality(Locality locality) {
    return io.envoyproxy.envoy.config.core.v3.Locality.newBuilder()
        .setRegion(locality.region())
        .setZone(locality.zone())
        .setSubZone(locality.subZone())
        .build();
  }
}
