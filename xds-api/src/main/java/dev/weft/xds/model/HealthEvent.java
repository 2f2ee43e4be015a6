package dev.weft.xds.model;

import dev.weft.xds.model.EndpointSet.Locality;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an active health check has found ({@code envoy.data.core.v3.HealthCheckEvent}).
 *
 * @param first whether it was the endpoint's first check
 * @param failure why a check failed; null where it did not
 * @param status of the HTTP answer that a check failed by; 0 for none
 * @param metadata of the endpoint, by namespaces
 */
public record HealthEvent(
    Kind kind,
    Class<? extends HealthCheck.Probe> checker,
    InetSocketAddress endpoint,
    String cluster,
    Instant at,
    boolean first,
    @Nullable Failure failure,
    int status,
    Locality locality,
    Map<String, Map<String, MetadataValue>> metadata) {
  /** What happened. */
  public enum Kind {
    /** Taken out of the balance. */
    EJECTED,
    /** Brought back into it, or there for the first time. */
    ADDED,
    /** A check failed. */
    FAILED,
    /** A check succeeded. */
    SUCCEEDED,
    /** Others are preferred from now on. */
    DEGRADED,
    /** They are no longer. */
    NO_LONGER_DEGRADED
  }

  /** Why a check failed. */
  public enum Failure {
    /** The wrong answer. */
    ACTIVE,
    /** An answer to somebody's request said so. */
    PASSIVE,
    /** No connection, or it broke. */
    NETWORK,
    /** No answer in time. */
    NETWORK_TIMEOUT
  }
}
