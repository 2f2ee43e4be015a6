package dev.weft.xds.model;

import java.util.List;

/**
 * Requests to a virtual host that are counted together.
 *
 * @param name in statistics and logs; not empty
 * @param headers what all of them fulfil; not empty
 */
public record VirtualCluster(String name, List<HeaderMatch> headers) {
  public VirtualCluster {
    headers = List.copyOf(headers);
  }
}
