package dev.weft.xds.protocol;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;

/** What a client waits for; equal timers are the same timer. */
public sealed interface ClientTimer {
  /** A resource that was asked for and has not come. */
  record Missing(ResourceKey key) implements ClientTimer {}

  /** The end of a resource's time to live, unless a heartbeat comes first. */
  record Expiry(ResourceKey key) implements ClientTimer {}

  /** The refusal of content that was refused before and came again. */
  record Answer(XdsType type) implements ClientTimer {}
}
