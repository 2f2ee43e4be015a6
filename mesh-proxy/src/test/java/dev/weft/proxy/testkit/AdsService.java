package dev.weft.proxy.testkit;

import dev.weft.xds.client.AdsMethods;
import dev.weft.xds.protocol.AdsServerState;
import dev.weft.xds.protocol.DeltaServerState;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.protocol.ServerAction;
import dev.weft.xds.protocol.SotwServerState;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Serves one snapshot to every proxy by ADS, in both variants, whatever is in it. */
public final class AdsService {
  private final Set<Stream<?, ?>> streams = ConcurrentHashMap.newKeySet();
  private final List<ServerAction.Refused<?>> refusals = new CopyOnWriteArrayList<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile ResourceSnapshot snapshot = ResourceSnapshot.EMPTY;

  /** How a stream was asked for. */
  public record Call(String method, MultiMap headers, Object firstRequest) {}

  void mount(GrpcServer grpc) {
    mount(grpc, AdsMethods.deltaServer(), DeltaServerState::aggregated);
    mount(grpc, AdsMethods.sotwServer(), SotwServerState::aggregated);
  }

  private <Q, P> void mount(
      GrpcServer grpc, ServiceMethod<Q, P> method, Supplier<AdsServerState<Q, P>> state) {
    grpc.callHandler(method, call -> new Stream<>(call, state.get()).open());
  }

  /** Sends this to all proxies, and to those that come. */
  public void serve(ResourceSnapshot next) {
    snapshot = next;
    streams.forEach(Stream::push);
  }

  /** What proxies refused so far. */
  public List<ServerAction.Refused<?>> refusals() {
    return refusals;
  }

  /** The streams so far, those that have ended too. */
  public List<Call> calls() {
    return calls;
  }

  /** The streams that are open. */
  public int open() {
    return streams.size();
  }

  private final class Stream<Q, P> {
    private final GrpcServerRequest<Q, P> call;
    private final AdsServerState<Q, P> state;
    private final Context context = Vertx.currentContext();
    private boolean begun;

    Stream(GrpcServerRequest<Q, P> call, AdsServerState<Q, P> state) {
      this.call = call;
      this.state = state;
    }

    void open() {
      streams.add(this);
      perform(state.onSnapshot(snapshot));
      call.handler(
          request -> {
            if (!begun) {
              begun = true;
              calls.add(new Call(call.methodName(), call.headers(), request));
            }
            perform(state.onRequest(request));
          });
      call.endHandler(
          end -> {
            streams.remove(this);
            call.response().end();
          });
      call.exceptionHandler(failure -> streams.remove(this));
    }

    void push() {
      context.runOnContext(run -> perform(state.onSnapshot(snapshot)));
    }

    private void perform(List<ServerAction<P>> actions) {
      for (ServerAction<P> action : actions) {
        switch (action) {
          case ServerAction.Send<P> send -> call.response().write(send.response());
          case ServerAction.Refused<P> refused -> refusals.add(refused);
          case ServerAction.Violation<P> violation ->
              call.response().status(GrpcStatus.INVALID_ARGUMENT).end();
          case ServerAction.Acknowledged<P> ignored -> {}
          case ServerAction.Unsupported<P> ignored -> {}
        }
      }
    }
  }
}
