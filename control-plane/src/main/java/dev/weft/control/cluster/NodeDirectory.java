package dev.weft.control.cluster;

import dev.weft.control.admin.ClusterView;
import dev.weft.control.store.NodeRepository;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes as the database and the cluster know them. Writes this node's heartbeat; that table,
 * not the cluster, decides who is alive.
 */
public final class NodeDirectory implements ClusterView, AutoCloseable {
  /** How often a node says that it lives. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(NodeDirectory.class);
  private static final Duration ALIVE = HEARTBEAT.multipliedBy(3);

  private final NodeRepository nodes;
  private final Supplier<Set<String>> members;
  private final InstantSource clock;
  private final String nodeName;
  private final Instant startedAt;
  private volatile String httpAddress = "";
  private volatile String xdsAddress = "";
  private volatile CompletableFuture<Void> lastBeat = CompletableFuture.completedFuture(null);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("weft-heartbeat").daemon().factory());

  /** {@code members} gives the names the cluster sees now. */
  public NodeDirectory(
      NodeRepository nodes, Supplier<Set<String>> members, String nodeName, InstantSource clock) {
    this.nodes = nodes;
    this.members = members;
    this.nodeName = nodeName;
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  /**
   * Starts the heartbeat; completes when the first one is written. Addresses are {@code host:port}.
   */
  public CompletionStage<Void> start(String httpAddress, String xdsAddress) {
    this.httpAddress = httpAddress;
    this.xdsAddress = xdsAddress;
    CompletionStage<Void> first = beat();
    timer.scheduleAtFixedRate(
        this::beatUnlessBusy, HEARTBEAT.toMillis(), HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
    return first;
  }

  private void beatUnlessBusy() {
    // A slow database gets one heartbeat at a time, not a queue of them.
    if (lastBeat.isDone()) {
      beat()
          .whenComplete(
              (done, failure) -> {
                if (failure != null) {
                  LOG.warn("heartbeat not written: {}", failure.getMessage());
                }
              });
    }
  }

  private CompletionStage<Void> beat() {
    NodeRepository.Node alive =
        new NodeRepository.Node(nodeName, httpAddress, xdsAddress, startedAt, clock.instant());
    lastBeat = nodes.heartbeat(alive).toCompletableFuture();
    return lastBeat;
  }

  @Override
  public CompletionStage<List<Node>> nodes() {
    Set<String> present = members.get();
    Instant oldest = clock.instant().minus(ALIVE);
    return nodes
        .listAll()
        .thenApply(
            rows ->
                rows.stream()
                    .map(
                        row ->
                            new Node(
                                row.name(),
                                row.httpAddress(),
                                row.xdsAddress(),
                                row.name().equals(nodeName),
                                row.seenAt().isAfter(oldest),
                                present.contains(row.name()),
                                row.startedAt(),
                                row.seenAt()))
                    .toList());
  }

  /** Stops the heartbeat and takes this node off the list. */
  @Override
  public void close() {
    timer.shutdown();
    try {
      timer.awaitTermination(2, TimeUnit.SECONDS);
      // A heartbeat that is still being written may be written last, and bring the node back.
      lastBeat
          .handle((done, failure) -> nodeName)
          .thenCompose(nodes::remove)
          .get(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("this node stays listed until its heartbeat is old: {}", e.toString());
    }
  }
}
