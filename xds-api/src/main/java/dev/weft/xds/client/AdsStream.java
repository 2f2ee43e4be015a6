package dev.weft.xds.client;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream on a connection of its own, from the attempt to open it until its end, which is told
 * exactly once. Every event is told, and every call must be made, on the given serial executor.
 * Messages are fetched one by one, so that a fast server waits for a slow client.
 */
final class AdsStream<Q, P> {
  private static final int STREAM_WINDOW = 1 << 20;
  private static final int CONNECTION_WINDOW = 8 << 20;

  /** Of {@code ENHANCE_YOUR_CALM}, in the message of the failure. */
  private static final String TOO_MANY_PINGS = "GOAWAY error code = 11";

  private final Vertx vertx;
  private final AdsClientOptions options;
  private final SocketAddress server;
  private final Executor serial;
  private final Events<P> events;
  private @Nullable GrpcClient client;
  private @Nullable GrpcClientRequest<Q, P> request;
  private @Nullable HttpConnection connection;
  private long pingTimer = -1;
  private boolean ended;
  private boolean goodbye;

  AdsStream(
      Vertx vertx,
      AdsClientOptions options,
      SocketAddress server,
      Executor serial,
      Events<P> events) {
    this.vertx = vertx;
    this.options = options;
    this.server = server;
    this.serial = serial;
    this.events = events;
  }

  /** What a stream tells. */
  interface Events<P> {
    void onOpen();

    void onMessage(P message);

    /** The server finds the pings too many. */
    void onTooManyPings();

    /**
     * @param error null if the server ended it well
     */
    void onEnd(@Nullable String error);
  }

  void open(ServiceMethod<P, Q> method, Duration keepAlive) {
    GrpcClient fresh;
    SocketAddress target;
    try {
      target = target();
      fresh =
          GrpcClient.client(
              vertx,
              new GrpcClientOptions().setMaxMessageSize(options.maxMessageBytes()),
              transport());
    } catch (UnknownHostException e) {
      end(server.host() + " cannot be resolved");
      return;
    } catch (RuntimeException e) {
      // an unreadable key or trust file: the next attempt may find it mended
      end("cannot set up the connection: " + FailureText.of(e));
      return;
    }
    client = fresh;
    MessageReader<P> reader = new MessageReader<>(method.decoder(), options.maxMessageBytes());
    // On a loop, which is the connection's from then on: a request of a worker's context would have
    // everything told there, and what must be done on the connection's loop could not be.
    ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();
    loop.succeededFuture()
        .compose(here -> fresh.request(target, method)) // throws if it was closed by then
        .onComplete(
            opened -> serial.execute(() -> opened(opened, loop, reader, keepAlive)),
            failure -> serial.execute(() -> fail(failure)));
  }

  /**
   * The server's address under the name it goes by, which is all that Vert.x's gRPC client makes
   * the authority and the SNI of. May block for a lookup.
   */
  private SocketAddress target() throws UnknownHostException {
    String name = options.serverName();
    return name == null
        ? server
        : SocketAddress.inetSocketAddress(
            new InetSocketAddress(
                InetAddress.getByAddress(name, InetAddress.getByName(server.host()).getAddress()),
                server.port()));
  }

  private HttpClientOptions transport() {
    HttpClientOptions http = new HttpClientOptions(options.transport().get());
    int millis = (int) options.connectTimeout().toMillis();
    return http.setProtocolVersion(HttpVersion.HTTP_2)
        .setHttp2ClearTextUpgrade(false)
        .setUseAlpn(http.isSsl())
        .setConnectTimeout(millis)
        .setSslHandshakeTimeout(millis)
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setTcpKeepAlive(true)
        .setIdleTimeout(0)
        .setInitialSettings(new Http2Settings().setInitialWindowSize(STREAM_WINDOW))
        .setHttp2ConnectionWindowSize(CONNECTION_WINDOW);
  }

  private void opened(
      GrpcClientRequest<Q, P> opened, Context loop, MessageReader<P> reader, Duration keepAlive) {
    if (ended) {
      opened.cancel();
      return;
    }
    request = opened;
    HttpConnection open = opened.connection();
    connection = open;
    opened.exceptionHandler(failure -> serial.execute(() -> fail(failure)));
    // without a handler Vert.x logs an error, even of a connection that has ended its stream
    open.exceptionHandler(failure -> serial.execute(() -> fail(failure)));
    opened
        .response()
        .onComplete(
            response -> receive(response, reader), failure -> serial.execute(() -> fail(failure)));
    keepAlive(open, loop, keepAlive);
    options.metadata().forEach(header -> opened.headers().add(header.getKey(), header.getValue()));
    events.onOpen();
  }

  /** Not on the serial executor: the handlers must be there before the first message. */
  private void receive(GrpcClientResponse<Q, P> response, MessageReader<P> reader) {
    response.pause();
    response.exceptionHandler(failure -> serial.execute(() -> fail(failure)));
    response.invalidMessageHandler(
        failure ->
            serial.execute(
                () ->
                    end(
                        "a message is larger than "
                            + options.maxMessageBytes()
                            + " bytes, or is cut short: "
                            + FailureText.of(failure))));
    response.endHandler(
        end -> serial.execute(() -> end(verdict(response.status(), response.statusMessage()))));
    // decoded here and not by the stream, which would cancel itself without a word
    response.messageHandler(message -> serial.execute(() -> received(response, reader, message)));
    response.fetch(1);
  }

  private void received(
      GrpcClientResponse<Q, P> response, MessageReader<P> reader, GrpcMessage raw) {
    GrpcClientRequest<Q, P> open = request;
    if (ended || open == null) {
      return;
    }
    if (goodbye) {
      // of no use to one that leaves, but it stands before the server's last word
      response.fetch(1);
      return;
    }
    P message;
    try {
      message = reader.read(raw);
    } catch (IOException e) {
      end(FailureText.of(e));
      return;
    }
    events.onMessage(message);
    // a request that was ended may not be asked about its queue: goodbye was looked at above
    if (open.writeQueueFull()) {
      // answers pile up: take no more until they have gone
      open.drainHandler(drained -> response.fetch(1));
    } else {
      response.fetch(1);
    }
  }

  private static @Nullable String verdict(@Nullable GrpcStatus status, @Nullable String message) {
    if (status == GrpcStatus.OK) {
      return null;
    }
    if (status == null) {
      return "the stream ended without a status";
    }
    return "the server ended the stream with "
        + status.name()
        + (message == null || message.isEmpty() ? "" : ": " + message);
  }

  /** Ends it for this failure, which may be the server's way to say that the pings are too many. */
  private void fail(Throwable failure) {
    String cause = FailureText.of(failure);
    // Vert.x hands the GOAWAY itself over only as a copy that it never releases
    if (!ended && failure instanceof HttpClosedException && cause.contains(TOO_MANY_PINGS)) {
      events.onTooManyPings();
    }
    end(cause);
  }

  private void keepAlive(HttpConnection open, Context loop, Duration interval) {
    pingTimer =
        vertx.setTimer(
            interval.toMillis(), fired -> serial.execute(() -> ping(open, loop, interval)));
  }

  private void ping(HttpConnection open, Context loop, Duration interval) {
    if (ended) {
      return;
    }
    long millis = options.keepAliveTimeout().toMillis();
    pingTimer = vertx.setTimer(millis, late -> serial.execute(() -> unanswered(late)));
    // On the connection's loop: Vert.x waits for the answer only once the ping is written, and from
    // another thread that may be after the answer came.
    loop.runOnContext(
        v ->
            open.ping(Buffer.buffer(new byte[8]))
                .onSuccess(pong -> serial.execute(() -> answered(open, loop, interval))));
  }

  private void answered(HttpConnection open, Context loop, Duration interval) {
    if (!ended) {
      vertx.cancelTimer(pingTimer);
      keepAlive(open, loop, interval);
    }
  }

  private void unanswered(long timer) {
    // the answer may have waited for the executor longer than the timer ran
    if (timer == pingTimer) {
      end("no answer to a ping for " + options.keepAliveTimeout().toMillis() + " ms");
    }
  }

  void send(Q message) {
    GrpcClientRequest<Q, P> open = request;
    if (open != null && !ended && !goodbye) {
      open.write(message).onFailure(failure -> serial.execute(() -> fail(failure)));
    }
  }

  /** Half-closes the stream, which tells the server that the client leaves for good. */
  void goodbye() {
    GrpcClientRequest<Q, P> open = request;
    if (open == null || ended) {
      end(null);
      return;
    }
    goodbye = true;
    open.end();
  }

  /** Ends it at once. */
  void close() {
    end(null);
  }

  private void end(@Nullable String error) {
    if (ended) {
      return;
    }
    ended = true;
    vertx.cancelTimer(pingTimer);
    if (request != null && !goodbye) {
      request.cancel();
    }
    if (connection != null) {
      connection.close();
    }
    if (client != null) {
      client.close();
    }
    events.onEnd(error);
  }
}
