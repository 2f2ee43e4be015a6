package dev.weft.xds.client;

import dev.weft.xds.protocol.AdsClientState;
import dev.weft.xds.protocol.ClientAction;
import dev.weft.xds.protocol.ClientTimer;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.ServiceMethod;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream open to one of the servers and carries out what the state machine says:
 * requests, batches for the store, timers. All of it runs on one worker context, which is asserted.
 */
final class AdsSession<Q, P> implements AdsStream.Events<P> {
  private static final Logger log = LoggerFactory.getLogger(AdsSession.class);
  private static final Duration LONGEST_KEEP_ALIVE = Duration.ofHours(1);

  private final Vertx vertx;
  private final AdsClientOptions options;
  private final ServiceMethod<P, Q> method;
  private final AdsClientState<Q, P> state;
  private final ResourceStore store;
  private final Backoff backoff;
  private final Map<ClientTimer, Long> timers = new HashMap<>();
  private volatile @Nullable Thread inside;
  private @Nullable Context context;
  private @Nullable AdsStream<Q, P> stream;
  private @Nullable Promise<Void> closing;
  private Duration keepAlive;
  private int attempts;
  private long reconnectTimer = -1;
  private volatile AdsStatus status =
      new AdsStatus(AdsStatus.State.IDLE, "", Instant.EPOCH, 0, null);

  AdsSession(
      Vertx vertx,
      AdsClientOptions options,
      ServiceMethod<P, Q> method,
      AdsClientState<Q, P> state,
      ResourceStore store) {
    this.vertx = vertx;
    this.options = options;
    this.method = method;
    this.state = state;
    this.store = store;
    this.keepAlive = options.keepAlive();
    this.backoff =
        new Backoff(
            options.firstBackoff(),
            options.maxBackoff(),
            options.servers().size(),
            new SplittableRandom());
  }

  AdsStatus status() {
    return status;
  }

  /** Whether the caller is called by this session, from a listener of the store. */
  boolean isInside() {
    return Thread.currentThread().equals(inside);
  }

  private void enter(Runnable work) {
    Thread before = inside;
    Thread current = Thread.currentThread();
    if (before != null && !before.equals(current)) {
      throw new IllegalStateException(
          current + " came in while " + before + " is inside; use the context of the client");
    }
    inside = current;
    try {
      work.run();
    } finally {
      inside = before;
    }
  }

  /** Takes over what the store holds, then connects. */
  void start(Context own, Map<XdsType, Set<String>> wanted) {
    enter(
        () -> {
          context = own;
          for (XdsType type : XdsType.values()) {
            store
                .all(type)
                .forEach(
                    (name, resource) ->
                        state.restore(
                            type, name, resource.version(), resource.model(), resource.bytes()));
          }
          wanted.forEach(this::subscribe);
          connect();
        });
  }

  void subscribe(XdsType type, Set<String> names) {
    enter(() -> execute(state.onSubscribe(type, names)));
  }

  private void connect() {
    Context own = Objects.requireNonNull(context);
    reconnectTimer = -1;
    SocketAddress server = options.servers().get(attempts % options.servers().size());
    attempts++;
    status(AdsStatus.State.CONNECTING, server.toString(), status.lastError());
    AdsStream<Q, P> next =
        new AdsStream<>(vertx, options, server, work -> dispatch(own, work), this);
    stream = next;
    next.open(method, keepAlive);
  }

  private void dispatch(Context own, Runnable work) {
    // a closed client has no context any more, and nothing to hear
    if (status.state() != AdsStatus.State.CLOSED) {
      own.runOnContext(run -> enter(work));
    }
  }

  @Override
  public void onOpen() {
    log.info("connected to the control plane at {}", status.server());
    status(AdsStatus.State.CONNECTED, status.server(), null);
    execute(state.onConnected());
  }

  @Override
  public void onMessage(P message) {
    backoff.reset();
    execute(state.onResponse(message));
    execute(state.onApplied());
  }

  @Override
  public void onTooManyPings() {
    Duration doubled = keepAlive.multipliedBy(2);
    keepAlive = doubled.compareTo(LONGEST_KEEP_ALIVE) < 0 ? doubled : LONGEST_KEEP_ALIVE;
    log.info(
        "{} complains of too many pings; from now on one every {} s",
        status.server(),
        keepAlive.toSeconds());
  }

  @Override
  public void onEnd(@Nullable String error) {
    stream = null;
    execute(state.onDisconnected());
    if (closing != null) {
      finish(closing);
      return;
    }
    Duration delay = backoff.next();
    if (error == null) {
      log.info("{} ended the stream; connecting again", status.server());
    } else {
      log.warn(
          "lost the control plane at {}: {}; attempt {} in {} ms, the last good configuration stays",
          status.server(),
          error,
          backoff.failures() + 1,
          delay.toMillis());
    }
    status(AdsStatus.State.WAITING, status.server(), error);
    reconnectTimer = vertx.setTimer(delay.toMillis(), fired -> enter(this::reconnect));
  }

  private void reconnect() {
    if (closing == null) {
      connect();
    }
  }

  /** Says goodbye and completes the promise when the server has heard it, or has had its time. */
  void close(Promise<Void> done) {
    enter(
        () -> {
          closing = done;
          vertx.cancelTimer(reconnectTimer);
          AdsStream<Q, P> open = stream;
          if (open == null) {
            finish(done);
            return;
          }
          vertx.setTimer(options.goodbyeTimeout().toMillis(), late -> enter(open::close));
          open.goodbye();
        });
  }

  private void finish(Promise<Void> done) {
    timers.values().forEach(vertx::cancelTimer);
    timers.clear();
    status(AdsStatus.State.CLOSED, status.server(), null);
    done.tryComplete();
  }

  private void execute(List<ClientAction<Q>> actions) {
    for (ClientAction<Q> action : actions) {
      switch (action) {
        case ClientAction.Send<Q>(Q request) -> {
          if (stream != null) {
            stream.send(request);
          }
        }
        case ClientAction.Apply<Q>(var batch) -> store.apply(batch);
        case ClientAction.StartTimer<Q>(ClientTimer timer, Duration delay) -> {
          stop(timer);
          // 1 at least: a timer of 0 is none
          long millis = Math.max(1, delay.toMillis());
          timers.put(timer, vertx.setTimer(millis, id -> enter(() -> fired(timer, id))));
        }
        case ClientAction.StopTimer<Q>(ClientTimer timer) -> stop(timer);
      }
    }
  }

  private void stop(ClientTimer timer) {
    Long id = timers.remove(timer);
    if (id != null) {
      vertx.cancelTimer(id);
    }
  }

  private void fired(ClientTimer timer, long id) {
    // it may have been replaced while it waited to come inside
    if (timers.remove(timer, id)) {
      execute(state.onTimer(timer));
    }
  }

  private void status(AdsStatus.State next, String server, @Nullable String error) {
    status = new AdsStatus(next, server, Instant.now(), backoff.failures(), error);
  }
}
