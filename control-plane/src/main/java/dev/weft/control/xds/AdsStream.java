package dev.weft.control.xds;

import dev.weft.control.compile.MeshSnapshot;
import dev.weft.control.compile.SidecarNode;
import dev.weft.xds.protocol.AdsServerState;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.protocol.ServerAction;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ADS stream: admits the client, feeds its requests and the mesh's snapshots to the protocol
 * state, and carries out what that decides.
 *
 * <p>Confined to the connection's event loop. Memory is bounded however slow the client is: of the
 * mesh only the newest snapshot waits, and while the client does not read, its requests are not
 * read either.
 */
final class AdsStream<Q, P> implements ProxyStream {
  private static final Logger LOG = LoggerFactory.getLogger(AdsStream.class);
  private static final long FIRST_MESSAGE_MILLIS = 15_000;

  private final GrpcServerRequest<Q, P> request;
  private final AdsVariant<Q, P> variant;
  private final AdsServerState<Q, P> state;
  private final StreamHost host;
  private final Vertx vertx;
  private final Context context;
  private final RefusalLog refusals = new RefusalLog();
  private final AtomicReference<@Nullable MeshSnapshot> waiting = new AtomicReference<>();
  private volatile ResourceSnapshot held = ResourceSnapshot.EMPTY;
  private volatile @Nullable SidecarNode node;
  private @Nullable Long offered;
  private long admissionTimer;
  private boolean ended;
  private boolean paused;
  private boolean making;

  AdsStream(
      GrpcServerRequest<Q, P> request, AdsVariant<Q, P> variant, StreamHost host, Vertx vertx) {
    this.request = request;
    this.variant = variant;
    this.state = variant.state().get();
    this.host = host;
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
  }

  /** Starts reading; called on the connection's event loop. */
  void start() {
    admissionTimer =
        vertx.setTimer(
            FIRST_MESSAGE_MILLIS,
            id ->
                refuse(
                    GrpcStatus.DEADLINE_EXCEEDED,
                    "no request came within " + FIRST_MESSAGE_MILLIS / 1000 + " s"));
    request.handler(this::onMessage);
    request.endHandler(v -> onHalfClose());
    request.exceptionHandler(e -> onBroken());
    request.errorHandler(error -> onBroken());
    request.invalidMessageHandler(
        e -> {
          UnreadableMessage unreadable = UnreadableMessage.of(e);
          refuse(unreadable.status(), unreadable.message());
        });
    request.response().exceptionHandler(e -> onBroken());
    request.response().drainHandler(v -> onDrained());
  }

  @Override
  public SidecarNode node() {
    return Objects.requireNonNull(node, "the stream is not admitted yet");
  }

  @Override
  public ResourceSnapshot held() {
    return held;
  }

  @Override
  public void onMesh(MeshSnapshot mesh) {
    // One task for any number of snapshots that come before it runs.
    if (waiting.getAndSet(mesh) == null) {
      context.runOnContext(v -> push());
    }
  }

  @Override
  public void supersede() {
    context.runOnContext(
        v -> refuse(GrpcStatus.ABORTED, "the same sidecar has opened a newer stream"));
  }

  @Override
  public void stop() {
    context.runOnContext(
        v -> refuse(GrpcStatus.UNAVAILABLE, "this control-plane node is stopping"));
  }

  private void onMessage(Q message) {
    if (ended) {
      return;
    }
    if (node == null && !admit(message)) {
      return;
    }
    carryOut(state.onRequest(message));
  }

  private boolean admit(Q first) {
    vertx.cancelTimer(admissionTimer);
    return switch (host.admit(variant.node().apply(first), request.connection().sslSession())) {
      case Admission.Refused(GrpcStatus status, String message) -> {
        refuse(status, message);
        yield false;
      }
      case Admission.Granted(SidecarNode granted) -> {
        node = granted;
        if (!host.registry().connected(this)) {
          node = null;
          refuse(
              GrpcStatus.RESOURCE_EXHAUSTED,
              "this control-plane node has all the streams it takes; try another one");
          yield false;
        }
        LOG.atInfo().addKeyValue("proxy", granted.id()).log("a sidecar is connected");
        MeshSnapshot mesh = host.mesh();
        if (mesh != null) {
          waiting.set(mesh);
          push();
        }
        yield true;
      }
    };
  }

  private void push() {
    if (ended || node == null || making || request.response().writeQueueFull()) {
      return;
    }
    MeshSnapshot mesh = waiting.getAndSet(null);
    if (mesh == null) {
      return;
    }
    making = true;
    host.forSidecar(mesh, node())
        .onComplete(
            made -> {
              making = false;
              if (ended) {
                return;
              }
              if (made.failed()) {
                // the next mesh tries again; what the sidecar has stays
                LOG.error("{} cannot be served", node().id(), made.cause());
              } else {
                offer(mesh, made.result());
              }
              // what came meanwhile
              push();
            });
  }

  private void offer(MeshSnapshot mesh, MeshSnapshot.ForClient made) {
    switch (made) {
      case MeshSnapshot.ForClient.Ready(ResourceSnapshot snapshot) -> {
        refusals.possible();
        held = snapshot;
        offered = snapshot.revision();
        carryOut(state.onSnapshot(snapshot));
      }
      case MeshSnapshot.ForClient.Impossible(List<String> problems) -> {
        LOG.atWarn()
            .addKeyValue("proxy", node().id())
            .addKeyValue("problems", problems)
            .log("a sidecar cannot be served as it asks; it keeps what it has");
        offered = mesh.revision();
        refusals.impossible(problems);
        report();
      }
    }
  }

  private void carryOut(List<ServerAction<P>> actions) {
    for (ServerAction<P> action : actions) {
      if (ended) {
        return;
      }
      switch (action) {
        case ServerAction.Send<P> send -> request.response().write(send.response());
        case ServerAction.Acknowledged<P> _ -> {}
        case ServerAction.Refused<P> refused -> {
          LOG.atWarn()
              .addKeyValue("proxy", node().id())
              .addKeyValue("type", refused.type())
              .addKeyValue("revision", refused.revision())
              .addKeyValue("resources", refused.carried().size())
              .log("a sidecar refused a response: {}", refused.message());
          refusals.refused(refused);
        }
        case ServerAction.Unsupported<P>(String typeUrl) ->
            LOG.atDebug()
                .addKeyValue("proxy", node().id())
                .log("asked for {}, which is not served", typeUrl);
        case ServerAction.Violation<P>(String reason) ->
            refuse(GrpcStatus.INVALID_ARGUMENT, reason);
      }
    }
    if (!ended) {
      report();
      if (request.response().writeQueueFull() && !paused) {
        paused = true;
        request.pause();
      }
    }
  }

  private void report() {
    host.registry()
        .status(this, new ProxyStatus(StreamRevision.of(state), offered, refusals.standing(state)));
  }

  private void onDrained() {
    if (paused) {
      paused = false;
      request.resume();
    }
    push();
  }

  private void onHalfClose() {
    if (!ended) {
      end(true);
      request.response().end();
    }
  }

  private void onBroken() {
    if (!ended) {
      end(false);
    }
  }

  private void refuse(GrpcStatus status, String message) {
    if (ended) {
      return;
    }
    SidecarNode known = node;
    LOG.atInfo()
        .addKeyValue("proxy", known == null ? "not admitted" : known.id())
        .addKeyValue("status", status)
        .log("a stream ends: {}", message);
    end(false);
    request.response().status(status).statusMessage(message).end();
  }

  private void end(boolean goodbye) {
    ended = true;
    waiting.set(null);
    vertx.cancelTimer(admissionTimer);
    if (node != null) {
      LOG.atInfo()
          .addKeyValue("proxy", node().id())
          .addKeyValue("goodbye", goodbye)
          .log("a sidecar is disconnected");
      host.registry().disconnected(this, goodbye);
    }
  }
}
