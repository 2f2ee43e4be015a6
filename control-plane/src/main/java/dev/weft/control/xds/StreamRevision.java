package dev.weft.control.xds;

import dev.weft.xds.protocol.AdsServerState;
import dev.weft.xds.resource.XdsType;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which revision a sidecar runs whole. */
final class StreamRevision {
  /** A sidecar that has not asked for these yet runs nothing. */
  private static final Set<XdsType> WHOLE = Set.of(XdsType.CLUSTER, XdsType.LISTENER);

  private StreamRevision() {}

  static @Nullable Long of(AdsServerState<?, ?> state) {
    if (!state.types().containsAll(WHOLE)) {
      return null;
    }
    OptionalLong confirmed = state.confirmedRevision();
    return confirmed.isPresent() ? confirmed.getAsLong() : null;
  }
}
