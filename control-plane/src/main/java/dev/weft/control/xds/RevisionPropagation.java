package dev.weft.control.xds;

import dev.weft.control.admin.Propagation;
import dev.weft.control.admin.ProxyView.Refusal;
import dev.weft.control.store.Instance;
import dev.weft.control.store.InstanceRepository;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** How far a revision has come, on all nodes. */
final class RevisionPropagation implements Propagation {
  private static final long LOOK_AGAIN_MILLIS = 50;

  /** However long a caller is ready to wait. */
  private static final Duration MAX_WAIT = Duration.ofMinutes(10);

  private final Vertx vertx;
  private final String nodeName;
  private final ProxyRegistry registry;
  private final MeshPublisher publisher;
  private final InstanceRepository instances;
  private final StatusTable statuses;

  RevisionPropagation(
      Vertx vertx,
      String nodeName,
      ProxyRegistry registry,
      MeshPublisher publisher,
      InstanceRepository instances,
      StatusTable statuses) {
    this.vertx = vertx;
    this.nodeName = nodeName;
    this.registry = registry;
    this.publisher = publisher;
    this.instances = instances;
    this.statuses = statuses;
  }

  @Override
  public CompletionStage<Report> report(long revision, Duration wait) {
    Duration bounded = wait.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : wait;
    CompletableFuture<Report> result = new CompletableFuture<>();
    look(revision, System.nanoTime() + bounded.toNanos(), result);
    return result;
  }

  private void look(long revision, long deadline, CompletableFuture<Report> result) {
    now(revision)
        .whenComplete(
            (report, failure) -> {
              if (failure != null) {
                result.completeExceptionally(failure);
              } else if (isSettled(report) || System.nanoTime() - deadline >= 0) {
                result.complete(report);
              } else {
                vertx.setTimer(LOOK_AGAIN_MILLIS, id -> look(revision, deadline, result));
              }
            });
  }

  private static boolean isSettled(Report report) {
    return report.proxies().stream().noneMatch(proxy -> proxy.state() == State.PENDING);
  }

  private CompletionStage<Report> now(long revision) {
    return instances
        .listAll()
        .thenCombine(statuses.listAll(), (rows, byId) -> report(revision, rows, byId));
  }

  private Report report(long revision, List<Instance> rows, Map<String, StatusTable.Row> byId) {
    Map<String, ProxyStatus> connected = new TreeMap<>();
    for (Instance row : rows) {
      if (row.connected() && !row.ownerNode().equals(nodeName)) {
        StatusTable.Row status = byId.get(row.proxyId());
        connected.put(row.proxyId(), status == null ? ProxyStatus.NEW : status.status());
      }
    }
    registry.connected().forEach(entry -> connected.put(entry.node().id(), entry.status()));
    String failure = String.join("; ", publisher.failures());
    List<ProxyState> states = new ArrayList<>();
    connected.forEach((id, status) -> states.add(state(revision, id, status, failure)));
    boolean complete = states.stream().allMatch(state -> state.state() == State.ACTIVE);
    return new Report(revision, complete, states);
  }

  private static ProxyState state(long revision, String id, ProxyStatus status, String failure) {
    Long runs = status.revision();
    if (runs != null && runs >= revision) {
      return new ProxyState(id, State.ACTIVE, "");
    }
    Long offered = status.offered();
    if (offered != null && offered >= revision && !status.refusals().isEmpty()) {
      String reason =
          status.refusals().stream().map(Refusal::reason).collect(Collectors.joining("; "));
      return new ProxyState(id, State.REFUSED, reason);
    }
    return failure.isEmpty()
        ? new ProxyState(id, State.PENDING, "")
        : new ProxyState(id, State.REFUSED, "not sent, it does not compile: " + failure);
  }
}
