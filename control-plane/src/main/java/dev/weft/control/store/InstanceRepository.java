package dev.weft.control.store;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The sidecars of the mesh, shared by all nodes through the database. Stages complete on a database
 * worker; they fail with {@link DatabaseException}.
 */
public interface InstanceRepository {
  /** Inserts or replaces the row of {@code instance.proxyId()}. */
  CompletionStage<Void> upsert(Instance instance);

  /**
   * Notes that a sidecar's stream to {@code ownerNode} ended. Does nothing (false) where another
   * node owns the row by now: the sidecar has reconnected there.
   */
  CompletionStage<Boolean> markDisconnected(String proxyId, String ownerNode, Instant at);

  /** Notes that a whole node is gone; returns how many sidecars it had. */
  CompletionStage<Integer> markNodeGone(String node, Instant at);

  /** Removes a sidecar that said goodbye to {@code ownerNode}; false where another node owns it. */
  CompletionStage<Boolean> delete(String proxyId, String ownerNode);

  /** Removes everything that disconnected before {@code time}; returns how many rows went. */
  CompletionStage<Integer> deleteDisconnectedBefore(Instant time);

  /** All rows, by proxy id. */
  CompletionStage<List<Instance>> listAll();
}
