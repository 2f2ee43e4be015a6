package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * Where copies of requests go, of whose answers nobody is told ({@code RequestMirrorPolicy}).
 *
 * @param cluster its name, or the name of the header that names it
 * @param fromHeader which of the two {@code cluster} is
 * @param fraction of the requests; null for all
 * @param keepsHost whether the host stays as it is; otherwise {@code -shadow} follows its name
 * @param traced whether spans of copies are recorded; null for those of recorded requests
 */
public record Mirror(
    String cluster,
    boolean fromHeader,
    @Nullable Fraction fraction,
    boolean keepsHost,
    @Nullable Boolean traced) {
  /** Copies are traced as requests are. */
  public Mirror(
      String cluster, boolean fromHeader, @Nullable Fraction fraction, boolean keepsHost) {
    this(cluster, fromHeader, fraction, keepsHost, null);
  }
}
