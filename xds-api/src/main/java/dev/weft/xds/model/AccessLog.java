package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * A log of requests or connections ({@code envoy.config.accesslog.v3.AccessLog}).
 *
 * @param name may be empty
 * @param target where its lines go
 * @param format what they say; null for Envoy's default
 * @param filter what gets a line; null for everything
 */
public record AccessLog(
    String name, Target target, @Nullable SubstitutionFormat format, @Nullable LogFilter filter) {
  /** Where lines go. */
  public sealed interface Target {}

  /** A file that is appended to. */
  public record File(String path) implements Target {}

  /** The process's standard output. */
  public record Stdout() implements Target {}

  /** The process's standard error. */
  public record Stderr() implements Target {}
}
