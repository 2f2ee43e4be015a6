package dev.weft.xds.client;

import dev.weft.xds.protocol.AdsServerState;
import dev.weft.xds.protocol.DeltaServerState;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.protocol.ServerAction;
import dev.weft.xds.protocol.SotwServerState;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A small control plane on a real socket, around the server's state machines. */
final class ControlPlane implements AutoCloseable {
  private final HttpServer server;
  private final int port;
  private final Set<Stream<?, ?>> streams = ConcurrentHashMap.newKeySet();
  private final List<ServerAction<?>> answers = new CopyOnWriteArrayList<>();
  private final List<String> clients = new CopyOnWriteArrayList<>();
  private final List<String> goodbyes = new CopyOnWriteArrayList<>();
  private volatile ResourceSnapshot snapshot = ResourceSnapshot.EMPTY;
  private volatile GrpcStatus refuseWith = GrpcStatus.OK;
  private volatile Runnable atGoodbye = () -> {};

  private ControlPlane(Vertx vertx, HttpServerOptions options) throws Exception {
    GrpcServer grpc =
        GrpcServer.server(
            vertx, new GrpcServerOptions().setMaxMessageSize(AdsMethods.MAX_MESSAGE_BYTES));
    mount(grpc, AdsMethods.sotwServer(), SotwServerState::aggregated);
    mount(grpc, AdsMethods.deltaServer(), DeltaServerState::aggregated);
    server =
        vertx
            .createHttpServer(options.setHost("127.0.0.1"))
            .requestHandler(grpc)
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    port = server.actualPort();
  }

  static ControlPlane plaintext(Vertx vertx, int port) throws Exception {
    return new ControlPlane(vertx, new HttpServerOptions().setPort(port));
  }

  /** Asks every client for a certificate. */
  static ControlPlane tls(Vertx vertx, Authority authority) throws Exception {
    return new ControlPlane(
        vertx,
        new HttpServerOptions()
            .setPort(0)
            .setSsl(true)
            .setUseAlpn(true)
            .setKeyCertOptions(authority.issue("control-plane"))
            .setTrustOptions(authority.trust())
            .setClientAuth(ClientAuth.REQUIRED));
  }

  private <Q, P> void mount(
      GrpcServer grpc, ServiceMethod<Q, P> method, Supplier<AdsServerState<Q, P>> state) {
    grpc.callHandler(
        method,
        call -> {
          if (refuseWith != GrpcStatus.OK) {
            call.response().status(refuseWith).statusMessage("not you").end();
            return;
          }
          clients.add(peer(call));
          Stream<Q, P> stream = new Stream<>(call, state.get());
          streams.add(stream);
          stream.open();
        });
  }

  private static String peer(GrpcServerRequest<?, ?> call) {
    try {
      return call.connection().isSsl()
          ? call.connection().sslSession().getPeerPrincipal().getName()
          : "plaintext";
    } catch (Exception e) {
      return e.toString();
    }
  }

  SocketAddress address() {
    return SocketAddress.inetSocketAddress(port, "127.0.0.1");
  }

  int port() {
    return port;
  }

  void serve(ResourceSnapshot next) {
    snapshot = next;
    streams.forEach(Stream::push);
  }

  /** Every new stream is ended with this status. */
  void refuse(GrpcStatus status) {
    refuseWith = status;
  }

  /** Confirmations and refusals of all clients so far. */
  List<ServerAction<?>> answers() {
    return answers;
  }

  /** The subjects of the clients' certificates, a stream each. */
  List<String> clients() {
    return clients;
  }

  /** The clients that have left for good. */
  List<String> goodbyes() {
    return goodbyes;
  }

  /** Runs before a goodbye is answered. */
  void atGoodbye(Runnable action) {
    atGoodbye = action;
  }

  /** Ends all streams well. */
  void endStreams() {
    streams.forEach(stream -> stream.context.runOnContext(run -> stream.call.response().end()));
  }

  @Override
  public void close() throws Exception {
    server.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private final class Stream<Q, P> {
    private final GrpcServerRequest<Q, P> call;
    private final AdsServerState<Q, P> state;
    private final Context context = Vertx.currentContext();

    Stream(GrpcServerRequest<Q, P> call, AdsServerState<Q, P> state) {
      this.call = call;
      this.state = state;
    }

    void open() {
      perform(state.onSnapshot(snapshot));
      call.handler(request -> perform(state.onRequest(request)));
      call.endHandler(
          end -> {
            goodbyes.add("goodbye");
            atGoodbye.run();
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
          case ServerAction.Acknowledged<P> acknowledged -> answers.add(acknowledged);
          case ServerAction.Refused<P> refused -> answers.add(refused);
          case ServerAction.Unsupported<P> unsupported -> answers.add(unsupported);
          case ServerAction.Violation<P> violation ->
              call.response().status(GrpcStatus.INVALID_ARGUMENT).end();
        }
      }
    }
  }
}
