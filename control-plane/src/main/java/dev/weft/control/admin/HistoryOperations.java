package dev.weft.control.admin;

import static io.vertx.core.Future.fromCompletionStage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.store.AuditLog;
import dev.weft.control.store.ConfigStore;
import dev.weft.control.store.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Revisions, how far they have come, and the audit log. */
final class HistoryOperations {
  private static final Duration MAX_WAIT = Duration.ofMinutes(5);

  private final Vertx vertx;
  private final ConfigStore store;
  private final Propagation propagation;
  private final AuditLog audit;

  HistoryOperations(Vertx vertx, AdminViews views) {
    this.vertx = vertx;
    this.store = views.config();
    this.propagation = views.propagation();
    this.audit = views.audit();
  }

  Map<String, Operation.Answering> all() {
    return Map.of(
        "listRevisions", this::list,
        "getRevision", this::get,
        "getRevisionDiff", this::diff,
        "getPropagation", this::propagation,
        "listAudit", this::audit);
  }

  private Future<Reply> list(Call call) {
    int limit = call.limit();
    return future(store.history(call.before(), resource(call), limit))
        .map(revisions -> Reply.json(ConfigJson.revisions(revisions, limit)));
  }

  private static @Nullable ResourceId resource(Call call) {
    String kind = call.query("kind").orElse(null);
    if (kind == null) {
      return null;
    }
    String namespace = call.query("namespace").orElse("");
    String name = call.query("name").orElse("");
    if (namespace.isEmpty() || name.isEmpty()) {
      throw Problem.badRequest("kind is given alone; add namespace and name").exception();
    }
    return new ResourceId(Call.kind(kind), namespace, name);
  }

  private Future<Reply> get(Call call) {
    return revision(call.revision()).map(revision -> Reply.json(ConfigJson.revision(revision)));
  }

  private Future<Reply> diff(Call call) {
    long number = call.revision();
    return revision(number)
        .compose(_ -> future(store.diff(number)))
        .map(changes -> Reply.json(ConfigJson.applied(number, changes, true)));
  }

  private Future<Revision> revision(long number) {
    return future(store.revision(number))
        .map(
            found ->
                found.orElseThrow(
                    () ->
                        Problem.notFound(
                                "revision "
                                    + number
                                    + " is not in the history; list /api/v1/revisions for others")
                            .exception()));
  }

  private Future<Reply> propagation(Call call) {
    long number = call.revision();
    Duration wait = call.duration("wait", Duration.ZERO, MAX_WAIT);
    return future(store.refresh())
        .compose(
            newest -> {
              if (number > newest) {
                throw Problem.notFound(
                        "there is no revision " + number + " yet; the newest is " + newest)
                    .exception();
              }
              return future(propagation.report(number, wait));
            })
        .map(report -> Reply.json(json(report)));
  }

  private static ObjectNode json(Propagation.Report report) {
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("revision", report.revision())
            .put("complete", report.complete());
    var proxies = node.putArray("proxies");
    for (Propagation.ProxyState proxy : report.proxies()) {
      proxies
          .addObject()
          .put("id", proxy.proxyId())
          .put("state", proxy.state().name().toLowerCase(Locale.ROOT))
          .put("reason", proxy.reason());
    }
    return node;
  }

  private Future<Reply> audit(Call call) {
    int limit = call.limit();
    return future(audit.list(call.before(), limit))
        .map(entries -> Reply.json(ConfigJson.audit(entries, limit)));
  }

  private <T> Future<T> future(CompletionStage<T> stage) {
    return fromCompletionStage(stage, vertx.getOrCreateContext());
  }
}
