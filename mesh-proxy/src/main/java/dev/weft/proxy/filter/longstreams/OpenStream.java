package dev.weft.proxy.filter.longstreams;

import org.jspecify.annotations.Nullable;

/** A stream under way, as it is weighed when endpoints have come. */
interface OpenStream {
  /** Where it goes; null where that is not known yet. */
  @Nullable Object endpoint();

  /** What a notice is for: all of its streams get it. By identity. */
  Object connection();

  /** When it began, in nanoseconds on its caller's clock. */
  long begun();

  /** Whether its client was told to go elsewhere. */
  boolean told();

  /** Whether its client can be told. */
  boolean tellable();
}
