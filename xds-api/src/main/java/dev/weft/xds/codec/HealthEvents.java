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
    String line = EventJson.print(encode(event));
    // A field of both kinds of failures that is younger than the classes of the API; in quotes of
    // its own "failure_type" is in no text before it.
    int failure = line.indexOf("\"failure_type\":");
    return failure < 0
        ? line
        : new StringBuilder(line)
            .insert(line.indexOf('}', failure), ",\"http_status_code\":" + event.status())
            .toString();
  }

  private static HealthCheckEvent encode(HealthEvent event) {
    HealthCheckEvent.Builder encoded =
        HealthCheckEvent.newBuilder()
            .setHealthCheckerType(type(event.checker()))
            .setClusterName(event.cluster())
            .setTimestamp(Timestamps.fromMillis(event.at().toEpochMilli()))
            .setLocality(locality(event.locality()));
    if (!event.metadata().isEmpty()) {
      encoded.setMetadata(MetadataValues.encodeNamespaces(event.metadata()));
    }
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
