package dev.weft.xds.model;

import java.util.List;

/**
 * Counts gRPC calls ({@code envoy.extensions.filters.http.grpc_stats.v3.FilterConfig}).
 *
 * @param methods which methods are counted by themselves
 * @param upstreamTime whether it is counted how long endpoints take, too
 */
public record GrpcStatsFilter(String name, Methods methods, boolean upstreamTime)
    implements HttpFilterConfig {
  /** Which methods have counts of their own; all others are counted together, for each cluster. */
  public sealed interface Methods {
    /** None. */
    record None() implements Methods {}

    /**
     * Those that clients call.
     *
     * @param underscores whether dots of services' names become underscores
     */
    record Called(boolean underscores) implements Methods {}

    /** Some. */
    record Listed(List<Service> services) implements Methods {
      public Listed {
        services = List.copyOf(services);
      }
    }
  }

  /**
   * Methods of a service.
   *
   * @param name with its package, not empty
   * @param methods at least one
   */
  public record Service(String name, List<String> methods) {
    public Service {
      methods = List.copyOf(methods);
    }
  }
}
