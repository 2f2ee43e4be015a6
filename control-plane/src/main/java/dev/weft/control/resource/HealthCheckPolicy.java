package dev.weft.control.resource;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How callers' sidecars ask instances whether they are well.
 *
 * @param interval from the end of a check to the next
 * @param noTrafficInterval the same, as long as a sidecar has sent the service nothing
 * @param timeout of one check
 * @param unhealthyThreshold failures in a row that take an instance out
 * @param healthyThreshold successes in a row that bring it back
 */
public record HealthCheckPolicy(
    Duration interval,
    Duration noTrafficInterval,
    Duration timeout,
    int unhealthyThreshold,
    int healthyThreshold,
    Probe probe) {

  /** What an instance is asked. */
  public sealed interface Probe {
    /** Whether instances of a port that speaks this can be asked. */
    boolean suits(ServiceResource.Protocol protocol);
  }

  /**
   * A GET request.
   *
   * @param host null: the service's
   * @param expectedStatuses of success, 100..599; at least one
   */
  public record Http(String path, @Nullable String host, List<Integer> expectedStatuses)
      implements Probe {
    public Http {
      expectedStatuses = List.copyOf(expectedStatuses);
    }

    @Override
    public boolean suits(ServiceResource.Protocol protocol) {
      return protocol.isHttp();
    }
  }

  /**
   * A call of {@code grpc.health.v1.Health/Check}.
   *
   * @param service whose health is asked for; empty: the server's
   */
  public record Grpc(String service) implements Probe {
    @Override
    public boolean suits(ServiceResource.Protocol protocol) {
      return protocol == ServiceResource.Protocol.GRPC
          || protocol == ServiceResource.Protocol.HTTP2;
    }
  }

  /** A connection. */
  public record Tcp() implements Probe {
    @Override
    public boolean suits(ServiceResource.Protocol protocol) {
      return true;
    }
  }
}
