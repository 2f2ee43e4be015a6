package dev.weft.xds.client;

import dev.weft.xds.protocol.DeltaClientState;
import dev.weft.xds.protocol.ResourceDecoder;
import dev.weft.xds.protocol.SotwClientState;
import dev.weft.xds.resource.ResourceName;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Follows a control plane by aggregated xDS and keeps a {@link ResourceStore} up to date for as
 * long as it lives: over broken connections, other servers and refused resources.
 *
 * <p>Decoding, the store and its listeners run on a worker thread of the client's own, never on an
 * event loop. All methods may be called from any thread and never block.
 */
public final class AdsClient {
  private static final String POOL = "weft-ads";

  private final Vertx vertx;
  private final AdsSession<?, ?> session;
  private final Map<XdsType, Set<String>> wanted = new ConcurrentHashMap<>();
  private volatile @Nullable Context context;
  private @Nullable Future<String> deployment;
  private @Nullable Future<Void> closed;

  /** A client that does nothing before {@link #start}. */
  public AdsClient(
      Vertx vertx, AdsClientOptions options, ResourceDecoder decoder, ResourceStore store) {
    this.vertx = vertx;
    this.session =
        switch (options.variant()) {
          case DELTA ->
              new AdsSession<>(
                  vertx,
                  options,
                  AdsMethods.deltaClient(),
                  new DeltaClientState(options.node(), decoder, options.resourceTimeout()),
                  store);
          case SOTW ->
              new AdsSession<>(
                  vertx,
                  options,
                  AdsMethods.sotwClient(),
                  new SotwClientState(options.node(), decoder, options.resourceTimeout()),
                  store);
        };
  }

  /**
   * Begins to connect, and goes on trying until {@link #close}; completes when it has begun. What
   * the store holds by then counts as known to the client.
   *
   * @throws IllegalStateException if called twice
   */
  public synchronized Future<Void> start() {
    if (deployment != null) {
      throw new IllegalStateException("the client was started before; make a new one");
    }
    Deployable worker =
        own -> {
          context = own;
          session.start(own, wanted);
          return Future.succeededFuture();
        };
    Future<String> started =
        vertx.deployVerticle(
            worker,
            new DeploymentOptions()
                .setThreadingModel(ThreadingModel.WORKER)
                .setWorkerPoolName(POOL)
                .setWorkerPoolSize(1));
    deployment = started;
    return started.mapEmpty();
  }

  /**
   * Wants exactly these resources of the type from now on; calls that follow each other quickly are
   * merged. Within a listener of the store it takes effect at once.
   */
  public void subscribe(XdsType type, Set<String> names) {
    wanted.put(type, Set.copyOf(names));
    Context own = context;
    if (session.isInside()) {
      refresh(type);
    } else if (own != null) {
      own.runOnContext(run -> refresh(type));
    }
  }

  /** Wants every resource of the type from now on. */
  public void subscribeAll(XdsType type) {
    subscribe(type, Set.of(ResourceName.WILDCARD));
  }

  private void refresh(XdsType type) {
    session.subscribe(type, wanted.getOrDefault(type, Set.of()));
  }

  /** How the client stands with its servers. */
  public AdsStatus status() {
    return session.status();
  }

  /**
   * Says goodbye to the control plane by half-closing the stream, waits a bounded time for it to
   * end the stream in turn, and stops for good. The store keeps what it has.
   */
  public synchronized Future<Void> close() {
    Future<String> started = deployment;
    if (closed != null) {
      return closed;
    }
    if (started == null) {
      return Future.succeededFuture();
    }
    // the worker cannot hear of its own end
    Context outside = vertx.getOrCreateContext();
    Promise<Void> done = Promise.promise();
    closed = done.future();
    started.onComplete(
        id ->
            goodbye()
                .onComplete(
                    heard ->
                        outside.runOnContext(
                            run -> vertx.undeploy(id).otherwiseEmpty().onComplete(done))),
        done::fail);
    return closed;
  }

  private Future<Void> goodbye() {
    Context own = context;
    if (own == null) {
      return Future.succeededFuture();
    }
    Promise<Void> done = Promise.promise();
    own.runOnContext(run -> session.close(done));
    return done.future();
  }
}
