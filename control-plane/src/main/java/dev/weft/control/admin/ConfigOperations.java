package dev.weft.control.admin;

import static io.vertx.core.Future.fromCompletionStage;

import dev.weft.control.resource.Kind;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.store.ApplyResult;
import dev.weft.control.store.ApplyResult.Applied;
import dev.weft.control.store.ApplyResult.Conflict;
import dev.weft.control.store.ApplyResult.Refused;
import dev.weft.control.store.ApplyResult.UnknownRevision;
import dev.weft.control.store.ChangeSet;
import dev.weft.control.store.ConfigSnapshot;
import dev.weft.control.store.ConfigStore;
import dev.weft.control.store.StoredResource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reading and changing resources. */
final class ConfigOperations {
  private final Vertx vertx;
  private final ConfigStore store;
  private final Bodies bodies;

  ConfigOperations(Vertx vertx, ConfigStore store, Bodies bodies) {
    this.vertx = vertx;
    this.store = store;
    this.bodies = bodies;
  }

  Map<String, Operation.Answering> all() {
    return Map.of(
        "listResources", this::list,
        "getResource", this::get,
        "putResource", this::put,
        "deleteResource", this::delete,
        "applyChangeSet", this::applyChangeSet,
        "rollbackToRevision", this::rollback);
  }

  private Future<Reply> list(Call call) {
    Kind kind = call.kind();
    int limit = call.limit();
    String namespace = call.query("namespace").orElse(null);
    String after = call.query("continue").orElse(null);
    ConfigSnapshot snapshot = store.current();
    List<StoredResource> found =
        snapshot.resources().tailMap(start(kind, after), after == null).values().stream()
            .takeWhile(stored -> stored.id().kind() == kind)
            .filter(stored -> namespace == null || stored.id().namespace().equals(namespace))
            .limit(limit + 1L)
            .toList();
    boolean more = found.size() > limit;
    List<StoredResource> page = more ? found.subList(0, limit) : found;
    String next = more ? page.getLast().id().namespace() + "/" + page.getLast().id().name() : null;
    return Future.succeededFuture(
        Reply.json(ConfigJson.page(snapshot.revision(), page, next))
            .withRevision(snapshot.revision()));
  }

  /** Where a page starts: at the kind's first, or after what the last page ended with. */
  private static ResourceId start(Kind kind, @Nullable String after) {
    if (after == null) {
      return new ResourceId(kind, "", "");
    }
    int slash = after.indexOf('/');
    if (slash < 0) {
      throw Problem.badRequest(
              "the parameter continue is "
                  + after
                  + "; use what the page before said, or leave it out")
          .exception();
    }
    return new ResourceId(kind, after.substring(0, slash), after.substring(slash + 1));
  }

  private Future<Reply> get(Call call) {
    ConfigSnapshot snapshot = store.current();
    StoredResource stored = snapshot.resources().get(id(call));
    if (stored == null) {
      throw missing(id(call));
    }
    return Future.succeededFuture(
        Reply.of("application/json", Buffer.buffer(stored.document().json()))
            .withRevision(snapshot.revision()));
  }

  private Future<Reply> put(Call call) {
    ResourceId id = id(call);
    Long expected = call.ifMatch();
    String author = call.author();
    return bodies
        .resource(call, id)
        .compose(
            document -> future(store.apply(ChangeSet.put(List.of(document)), expected, author)))
        .map(
            result -> {
              boolean created =
                  result instanceof Applied applied
                      && !applied.changes().isEmpty()
                      && applied.changes().getFirst().before() == null;
              return reply(created ? 201 : 200, result, false);
            });
  }

  private Future<Reply> delete(Call call) {
    ResourceId id = id(call);
    Long expected = call.ifMatch();
    String author = call.author();
    // Another node may have created it a moment ago.
    return future(store.refresh())
        .compose(
            _ -> {
              if (store.current().find(id).isEmpty()) {
                throw missing(id);
              }
              return future(store.apply(ChangeSet.delete(id), expected, author));
            })
        .map(result -> reply(200, result, false));
  }

  private Future<Reply> applyChangeSet(Call call) {
    boolean dryRun = call.flag("dryRun");
    Long expected = call.ifMatch();
    String author = call.author();
    return bodies
        .changeSet(call)
        .compose(
            changes ->
                future(
                    dryRun
                        ? store.dryRun(changes, expected)
                        : store.apply(changes, expected, author)))
        .map(result -> reply(200, result, dryRun));
  }

  private Future<Reply> rollback(Call call) {
    return future(store.rollback(call.revision(), call.ifMatch(), call.author()))
        .map(result -> reply(200, result, false));
  }

  private static Reply reply(int status, ApplyResult result, boolean dryRun) {
    return switch (result) {
      case Applied(long revision, var changes) -> {
        var body = ConfigJson.applied(revision, changes, dryRun);
        if (dryRun) {
          body.put("dryRun", true);
        }
        yield Reply.json(status, body).withRevision(revision);
      }
      case Conflict(long expected, long actual) ->
          Reply.problem(Problem.conflict(expected, actual)).withRevision(actual);
      case Refused(var violations) -> Reply.problem(Problem.violations(violations));
      case UnknownRevision(long revision, long oldest, long newest) ->
          Reply.problem(
              Problem.notFound(
                  "revision "
                      + revision
                      + " is not in the history; use one from "
                      + oldest
                      + " to "
                      + newest));
    };
  }

  private static ResourceId id(Call call) {
    return new ResourceId(call.kind(), call.path("namespace"), call.path("name"));
  }

  private static Problem.ProblemException missing(ResourceId id) {
    return Problem.notFound(
            "there is no " + id + "; list /api/v1/resources/" + id.kind().plural() + " for others")
        .exception();
  }

  private <T> Future<T> future(CompletionStage<T> stage) {
    return fromCompletionStage(stage, vertx.getOrCreateContext());
  }
}
