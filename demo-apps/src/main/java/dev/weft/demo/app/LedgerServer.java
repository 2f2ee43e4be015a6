package dev.weft.demo.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/**
 * Plain HTTP/1.1 and JSON: {@code POST /entries {"account", "cents": [..]}} answers with their sum.
 */
final class LedgerServer implements Handler<HttpServerRequest> {
  private static final JsonMapper JSON = new JsonMapper();
  private final Instance instance;

  private LedgerServer(Instance instance) {
    this.instance = instance;
  }

  static Future<HttpServer> start(Vertx vertx, Instance instance, int port) {
    return vertx
        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(port))
        .requestHandler(new LedgerServer(instance))
        .listen();
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (request.path().equals("/healthz")) {
      request.response().end("ok\n");
    } else if (!request.path().equals("/entries")) {
      request.response().setStatusCode(404).end("no such path; try POST /entries\n");
    } else if (!request.method().equals(HttpMethod.POST)) {
      request.response().setStatusCode(405).putHeader("allow", "POST").end("use POST\n");
    } else {
      request.body().onSuccess(body -> answer(request, body.getBytes()));
    }
  }

  private void answer(HttpServerRequest request, byte[] body) {
    try {
      JsonNode entry = JSON.readTree(body);
      long sum = 0;
      for (JsonNode cents : entry.path("cents")) {
        sum += cents.asLong();
      }
      byte[] answer =
          JSON.writeValueAsBytes(
              JSON.createObjectNode()
                  .put("account", entry.path("account").asText())
                  .put("sum", sum)
                  .put("servedBy", instance.name())
                  .put("version", instance.version()));
      request
          .response()
          .putHeader("content-type", "application/json")
          .end(io.vertx.core.buffer.Buffer.buffer(answer));
    } catch (JsonProcessingException e) {
      request.response().setStatusCode(400).end("not JSON: " + e.getOriginalMessage() + "\n");
    } catch (java.io.IOException e) {
      request.response().setStatusCode(400).end("unreadable body\n");
    }
  }
}
