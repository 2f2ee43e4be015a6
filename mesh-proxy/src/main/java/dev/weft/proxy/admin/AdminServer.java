package dev.weft.proxy.admin;

import dev.weft.xds.model.SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves pages over HTTP/1.1. */
public final class AdminServer {
  private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
  private static final int IDLE_SECONDS = 60;
  private static final int START_SECONDS = 10;

  private final Vertx vertx;
  private final Map<String, AdminPage> pages = new LinkedHashMap<>();
  private final boolean local;
  private final HttpServer server;

  private AdminServer(
      Vertx vertx, SocketAddress address, Collection<AdminPage> pages, boolean local) {
    this.vertx = vertx;
    this.local = local;
    pages.forEach(page -> this.pages.put(page.path(), page));
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost(address.host())
                    .setPort(address.port())
                    .setIdleTimeout(IDLE_SECONDS))
            .requestHandler(this::handle);
  }

  /**
   * Opens the port; blocks, not to be called on an event loop.
   *
   * @param local whether only names of this host are answered to, so that a web page cannot reach
   *     in by a name of its own that resolves to loopback
   * @throws IOException naming the address, if it cannot be bound
   */
  public static AdminServer open(
      Vertx vertx, SocketAddress address, Collection<AdminPage> pages, boolean local)
      throws IOException {
    AdminServer opened = new AdminServer(vertx, address, pages, local);
    try {
      opened
          .server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_SECONDS, TimeUnit.SECONDS);
      return opened;
    } catch (ExecutionException | TimeoutException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "cannot listen on "
              + address
              + ": "
              + cause.getMessage()
              + "; free the address or choose another",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening " + address, e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.actualPort();
  }

  /** Closes the port. */
  public Future<Void> close() {
    return server.close();
  }

  private void handle(HttpServerRequest request) {
    AdminPage page = pages.get(request.path());
    if (local && !fromHere(request)) {
      reply(
          request,
          AdminPage.Reply.text(
              403, "ask by 127.0.0.1 or localhost; other host names are not answered\n"));
    } else if (page == null) {
      reply(request, AdminPage.Reply.text(404, "no such page; those there are:\n" + index()));
    } else if (page.changes() && !request.method().equals(HttpMethod.POST)) {
      reply(request, AdminPage.Reply.text(405, request.path() + " needs POST\n"));
    } else if (!page.changes()
        && !request.method().equals(HttpMethod.GET)
        && !request.method().equals(HttpMethod.HEAD)) {
      reply(request, AdminPage.Reply.text(405, request.path() + " needs GET\n"));
    } else {
      vertx
          .executeBlocking(() -> page.answer().to(request.params()), false)
          .onSuccess(answer -> reply(request, answer))
          .onFailure(
              e -> {
                if (e instanceof IllegalArgumentException) {
                  reply(request, AdminPage.Reply.text(400, e.getMessage() + "\n"));
                } else {
                  log.error("admin page {} failed", page.path(), e);
                  reply(request, AdminPage.Reply.text(500, "failed: " + e + "\n"));
                }
              });
    }
  }

  private String index() {
    StringBuilder text = new StringBuilder();
    pages
        .values()
        .forEach(
            page ->
                text.append(page.changes() ? "POST " : "GET  ").append(page.path()).append('\n'));
    return text.toString();
  }

  private static boolean fromHere(HttpServerRequest request) {
    HostAndPort authority = request.authority();
    if (authority == null || request.getHeader(HttpHeaders.ORIGIN) != null) {
      return false;
    }
    return switch (authority.host()) {
      case "127.0.0.1", "localhost", "::1", "[::1]" -> true;
      default -> false;
    };
  }

  private static void reply(HttpServerRequest request, AdminPage.Reply answer) {
    request
        .response()
        .setStatusCode(answer.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, answer.contentType())
        .putHeader("cache-control", "no-cache")
        .putHeader("x-content-type-options", "nosniff");
    if (request.method().equals(HttpMethod.HEAD)) {
      request.response().end();
    } else {
      request.response().end(answer.body());
    }
  }
}
