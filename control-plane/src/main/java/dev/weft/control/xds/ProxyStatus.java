package dev.weft.control.xds;

import dev.weft.control.admin.ProxyView.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sidecar runs.
 *
 * @param revision the newest it has confirmed whole; null before the first
 * @param offered the newest it was offered; null before the first
 * @param refusals what it refuses now
 */
record ProxyStatus(@Nullable Long revision, @Nullable Long offered, List<Refusal> refusals) {
  /** Nothing is known yet. */
  static final ProxyStatus NEW = new ProxyStatus(null, null, List.of());

  ProxyStatus {
    refusals = List.copyOf(refusals);
  }
}
