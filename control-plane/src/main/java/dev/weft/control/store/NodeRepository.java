package dev.weft.control.store;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Heartbeats of control-plane nodes, shared through the database. */
public interface NodeRepository {
  /** Writes this node's heartbeat. */
  CompletionStage<Void> heartbeat(Node node);

  /** Removes a node that leaves on purpose. */
  CompletionStage<Void> remove(String name);

  /** All rows, by name, gone nodes included until they are removed. */
  CompletionStage<List<Node>> listAll();

  /**
   * A node.
   *
   * @param httpAddress {@code host:port} of its REST listener
   * @param xdsAddress {@code host:port} of its xDS listener
   * @param startedAt of its process
   * @param seenAt its last heartbeat, by its own clock
   */
  record Node(
      String name, String httpAddress, String xdsAddress, Instant startedAt, Instant seenAt) {}
}
