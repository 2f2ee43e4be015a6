package dev.weft.control.admin;

import dev.weft.control.admin.WatchHub.Step;
import dev.weft.control.resource.Kind;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.store.Change;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/**
 * Server-sent events of one watcher, confined to its connection's event loop. A slow reader is not
 * buffered for: it gets the next step when it has drained, or is told to list again.
 */
final class WatchStream {
  /** Watchers a node serves at once. */
  static final int MAX_WATCHERS = 256;

  private static final long HEARTBEAT_MILLIS = 15_000;

  private final WatchHub hub;
  private final HttpServerResponse response;
  private final Filter filter;
  private long sent;
  private boolean ended;

  /** Empty parts let everything pass. */
  private record Filter(Optional<Kind> kind, Optional<String> namespace, Optional<String> name) {
    boolean passes(ResourceId id) {
      return kind.filter(wanted -> wanted != id.kind()).isEmpty()
          && namespace.filter(wanted -> !wanted.equals(id.namespace())).isEmpty()
          && name.filter(wanted -> !wanted.equals(id.name())).isEmpty();
    }
  }

  private WatchStream(WatchHub hub, HttpServerResponse response, Filter filter, long sent) {
    this.hub = hub;
    this.response = response;
    this.filter = filter;
    this.sent = sent;
  }

  /** Opens the stream of a request. */
  static void open(Vertx vertx, WatchHub hub, RoutingContext request) {
    var call = new Call(request);
    if (hub.size() >= MAX_WATCHERS) {
      throw Problem.unavailable(
              "this node serves " + MAX_WATCHERS + " watchers already; poll, or ask another node")
          .exception();
    }
    var filter =
        new Filter(call.query("kind").map(Call::kind), call.query("namespace"), call.query("name"));
    long newest = hub.revision();
    long resumed = call.header("last-event-id").map(WatchStream::eventId).orElse(newest);
    HttpServerResponse response = request.response();
    response
        .setChunked(true)
        .putHeader("content-type", "text/event-stream")
        // Compression would hold events back.
        .putHeader("content-encoding", "identity");
    var stream = new WatchStream(hub, response, filter, Math.min(resumed, newest));
    stream.start(vertx, vertx.getOrCreateContext());
  }

  private static long eventId(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException _) {
      throw Problem.badRequest(
              "the header Last-Event-ID is " + text + "; use the id of an event, or leave it out")
          .exception();
    }
  }

  private void start(Vertx vertx, Context context) {
    // A watcher that was told of a change while it is registered is pumped again: none is missed.
    Runnable notice = () -> context.runOnContext(_ -> pump());
    hub.add(notice);
    long heartbeat = vertx.setPeriodic(HEARTBEAT_MILLIS, _ -> heartbeat());
    response.exceptionHandler(_ -> {});
    response.closeHandler(
        _ -> {
          ended = true;
          hub.remove(notice);
          vertx.cancelTimer(heartbeat);
        });
    response.drainHandler(_ -> pump());
    event("synced", sent, List.of());
    pump();
  }

  private void heartbeat() {
    if (!ended && !response.writeQueueFull()) {
      response.write(":\n\n");
    }
  }

  private void pump() {
    while (!ended && !response.writeQueueFull() && sent < hub.revision()) {
      Optional<Step> step = hub.after(sent);
      if (step.isEmpty()) {
        sent = hub.revision();
        event("reset", sent, List.of());
        continue;
      }
      sent = step.get().to();
      List<Change> changes =
          step.get().changes().stream().filter(change -> filter.passes(change.id())).toList();
      if (!changes.isEmpty()) {
        event("changes", sent, changes);
      }
    }
  }

  private void event(String name, long revision, List<Change> changes) {
    String data = Reply.encode(ConfigJson.applied(revision, changes, true)).toString();
    response.write("event: " + name + "\nid: " + revision + "\ndata: " + data + "\n\n");
  }
}
