package dev.weft.proxy.testkit;

import dev.weft.xds.client.AdsMethods;
import dev.weft.xds.protocol.DeltaServerState;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.protocol.ServerAction;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Serves one snapshot to every sidecar by incremental ADS, whatever is in it. */
public final class AdsService {
  private final Set<Stream> streams = ConcurrentHashMap.newKeySet();
  private final List<ServerAction.Refused<?>> refusals = new CopyOnWriteArrayList<>();
  private volatile ResourceSnapshot snapshot = ResourceSnapshot.EMPTY;

  void mount(GrpcServer grpc) {
    grpc.callHandler(AdsMethods.deltaServer(), call -> new Stream(call).open());
  }

  /** Sends this to all sidecars, and to those that come. */
  public void serve(ResourceSnapshot next) {
    snapshot = next;
    streams.forEach(Stream::push);
  }

  /** What sidecars refused so far. */
  public List<ServerAction.Refused<?>> refusals() {
    return refusals;
  }

  private final class Stream {
    private final GrpcServerRequest<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call;
    private final DeltaServerState state = DeltaServerState.aggregated();
    private final Context context = Vertx.currentContext();

    Stream(GrpcServerRequest<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call) {
      this.call = call;
    }

    void open() {
      streams.add(this);
      perform(state.onSnapshot(snapshot));
      call.handler(request -> perform(state.onRequest(request)));
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

    private void perform(List<ServerAction<DeltaDiscoveryResponse>> actions) {
      for (ServerAction<DeltaDiscoveryResponse> action : actions) {
        switch (action) {
          case ServerAction.Send<DeltaDiscoveryResponse> send ->
              call.response().write(send.response());
          case ServerAction.Refused<DeltaDiscoveryResponse> refused -> refusals.add(refused);
          case ServerAction.Violation<DeltaDiscoveryResponse> violation ->
              call.response().status(GrpcStatus.INVALID_ARGUMENT).end();
          case ServerAction.Acknowledged<DeltaDiscoveryResponse> ignored -> {}
          case ServerAction.Unsupported<DeltaDiscoveryResponse> ignored -> {}
        }
      }
    }
  }
}
