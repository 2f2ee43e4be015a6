package dev.weft.proxy;

import dev.weft.proxy.sidecar.SidecarOptions;
import dev.weft.xds.model.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a proxy runs.
 *
 * @param admin null takes the bootstrap's, or none
 * @param health where readiness is told; null for nowhere but on the admin port
 * @param metrics where Prometheus scrapes; null for nowhere but on the admin port
 * @param concurrency event loops, at least 1
 * @param drainTime how long open requests may take to finish at the end
 * @param accessLog a file, {@code -} for standard output, null for none
 * @param accessLogFormat {@code json}, {@code text} or a format with command operators
 */
record ProxyOptions(
    Source source,
    @Nullable SocketAddress admin,
    @Nullable SocketAddress health,
    @Nullable SocketAddress metrics,
    int concurrency,
    Duration drainTime,
    @Nullable String accessLog,
    String accessLogFormat) {

  /** Where the configuration comes from. */
  sealed interface Source {}

  /**
   * A bootstrap file.
   *
   * @param data where what a control plane sent is kept over restarts; null for nowhere
   */
  record Standalone(Path bootstrap, @Nullable Path data) implements Source {}

  /** The control plane of a mesh. */
  record Sidecar(SidecarOptions options) implements Source {}
}
