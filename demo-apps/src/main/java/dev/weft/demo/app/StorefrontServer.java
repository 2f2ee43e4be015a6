package dev.weft.demo.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weft.shop.v1.CatalogGrpc;
import dev.weft.shop.v1.GetProductRequest;
import dev.weft.shop.v1.Product;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;

/**
 * HTTP in, gRPC out: {@code GET /products/ID} asks the catalog through the mesh and answers in
 * JSON.
 */
final class StorefrontServer implements Handler<HttpServerRequest> {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PATH = "/products/";
  private final Vertx vertx;
  private final Instance instance;
  private final CatalogGrpc.CatalogStub catalog;

  private StorefrontServer(Vertx vertx, Instance instance, Channel toCatalog) {
    this.vertx = vertx;
    this.instance = instance;
    this.catalog = CatalogGrpc.newStub(toCatalog);
  }

  static Future<HttpServer> start(Vertx vertx, Instance instance, Channel toCatalog, int port) {
    return vertx
        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(port))
        .requestHandler(new StorefrontServer(vertx, instance, toCatalog))
        .listen();
  }

  @Override
  public void handle(HttpServerRequest request) {
    if (request.path().equals("/healthz")) {
      request.response().end("ok\n");
    } else if (!request.path().startsWith(PATH)) {
      request.response().setStatusCode(404).end("no such path; try /products/p1\n");
    } else {
      Context context = vertx.getOrCreateContext();
      catalog
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .getProduct(
              GetProductRequest.newBuilder().setId(request.path().substring(PATH.length())).build(),
              new StreamObserver<>() {
                @Override
                public void onNext(Product product) {
                  context.runOnContext(v -> found(request, product));
                }

                @Override
                public void onError(Throwable cause) {
                  context.runOnContext(v -> failed(request, Status.fromThrowable(cause)));
                }

                @Override
                public void onCompleted() {
                  // unary: the answer has been given
                }
              });
    }
  }

  private void found(HttpServerRequest request, Product product) {
    try {
      byte[] body =
          JSON.writeValueAsBytes(
              JSON.createObjectNode()
                  .put("id", product.getId())
                  .put("name", product.getName())
                  .put("priceCents", product.getPriceCents())
                  .put("catalog", product.getServedBy())
                  .put("servedBy", instance.name()));
      request.response().putHeader("content-type", "application/json").end(Buffer.buffer(body));
    } catch (JsonProcessingException e) {
      request.response().setStatusCode(500).end("cannot write the answer\n");
    }
  }

  private static void failed(HttpServerRequest request, Status status) {
    int code =
        switch (status.getCode()) {
          case NOT_FOUND -> 404;
          case INVALID_ARGUMENT -> 400;
          case DEADLINE_EXCEEDED -> 504;
          default -> 503;
        };
    request
        .response()
        .setStatusCode(code)
        .end("catalog: " + status.getCode() + " " + status.getDescription() + "\n");
  }
}
