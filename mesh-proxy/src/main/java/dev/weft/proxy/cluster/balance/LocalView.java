package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.EndpointSet.Locality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the proxy is, and where its peers are.
 *
 * @param own the proxy's locality; null where it is not known
 * @param peers how many healthy peers each locality has; empty where the proxy's own cluster is not
 *     known
 * @param panic whether too few of the peers are healthy to go by
 */
public record LocalView(@Nullable Locality own, Map<Locality, Integer> peers, boolean panic) {
  /** Nowhere. */
  public static final LocalView NONE = new LocalView(null, Map.of(), false);

  public LocalView {
    peers = Map.copyOf(peers);
  }
}
