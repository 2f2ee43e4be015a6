package dev.weft.control.identity;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What an operator decides about identities.
 *
 * @param trustDomain the part after {@code spiffe://}; fixed once the mesh has a root
 * @param keyFile seals the authority's private keys; made at the mesh's first start
 * @param workloadLifetime of a workload's certificate, 1 minute to 30 days
 */
public record AuthoritySettings(String trustDomain, Path keyFile, Duration workloadLifetime) {
  /** How long a workload's certificate lives unless the operator says otherwise. */
  public static final Duration WORKLOAD_LIFETIME = Duration.ofHours(24);

  private static final Duration SHORTEST = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofDays(30);

  /** Throws IllegalArgumentException naming what is out of range. */
  public AuthoritySettings {
    WorkloadId.requireTrustDomain(trustDomain);
    if (workloadLifetime.compareTo(SHORTEST) < 0 || workloadLifetime.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "a workload certificate cannot live for "
              + workloadLifetime
              + "; choose 1 minute to 30 days");
    }
  }
}
