package dev.weft.proxy.testkit;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** An application: HTTP/1.1 and HTTP/2 with prior knowledge on a free port. */
public final class Backend implements AutoCloseable {
  private final Vertx vertx;
  private final HttpServerOptions options;
  private final AtomicInteger requests = new AtomicInteger();
  private final Handler<HttpServerRequest> handler;
  private final String address;
  private HttpServer server;

  /** Keeps the port from others meanwhile. */
  private RefusingPort down;

  private Backend(
      Vertx vertx,
      HttpServerOptions options,
      String address,
      int port,
      Handler<HttpServerRequest> handler) {
    this.vertx = vertx;
    this.options = options.setIdleTimeout(0);
    this.address = address;
    this.handler = handler;
    server = listen(port);
  }

  public static Backend start(Vertx vertx, Handler<HttpServerRequest> handler) {
    return start(vertx, new HttpServerOptions(), handler);
  }

  /** With TLS, for example. */
  public static Backend start(
      Vertx vertx, HttpServerOptions options, Handler<HttpServerRequest> handler) {
    return new Backend(vertx, options, "127.0.0.1", 0, handler);
  }

  /** Answers 200 with its name, at another address of the loopback interface. */
  public static Backend named(Vertx vertx, String address, int port, String name) {
    return new Backend(
        vertx, new HttpServerOptions(), address, port, request -> request.response().end(name));
  }

  /** Answers 200 with its name. */
  public static Backend named(Vertx vertx, String name) {
    return start(vertx, request -> request.response().end(name));
  }

  /** Answers with a status. */
  public static Backend status(Vertx vertx, int status) {
    return start(vertx, request -> request.response().setStatusCode(status).end());
  }

  private HttpServer listen(int port) {
    return Client.await(
        vertx
            .createHttpServer(options)
            .requestHandler(
                request -> {
                  requests.incrementAndGet();
                  handler.handle(request);
                })
            .listen(port, address));
  }

  /** Connections are cut and new ones refused until it is {@link #back}. */
  public void goDown() throws IOException {
    int port = port();
    close();
    down = new RefusingPort(port);
  }

  /** Serves again where it did before. */
  public void back() throws IOException {
    down.close();
    server = listen(down.number());
  }

  public int port() {
    return server.actualPort();
  }

  public int requests() {
    return requests.get();
  }

  /** Connections are cut and new ones refused. */
  @Override
  public void close() {
    Client.await(server.close());
  }
}
