package dev.weft.control.admin;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The control-plane nodes. */
public interface ClusterView {
  /** All known nodes, by name. */
  CompletionStage<List<Node>> nodes();

  /**
   * A node.
   *
   * @param self whether it is the one that answers
   * @param alive whether its heartbeat is recent
   * @param member whether this node sees it in the cluster
   */
  record Node(
      String name,
      String httpAddress,
      String xdsAddress,
      boolean self,
      boolean alive,
      boolean member,
      Instant startedAt,
      Instant seenAt) {}
}
