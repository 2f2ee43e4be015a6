package dev.weft.demo.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.demo.app.Products;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * The HTTP/1.1 calls: JSON to the ledger, and product pages that the storefront fetches by gRPC.
 */
final class HttpCalls {
  private static final JsonMapper JSON = new JsonMapper();
  private final HttpClient client;
  private final SocketAddress sidecar;

  HttpCalls(Vertx vertx, String host, int port) {
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAliveTimeout(20),
            new PoolOptions().setHttp1MaxSize(64).setMaxWaitQueueSize(1000));
    this.sidecar = SocketAddress.inetSocketAddress(port, host);
  }

  void ledger(int number, Outcome.Listener listener) {
    ObjectNode entry = JSON.createObjectNode().put("account", "account-" + number % 100);
    long sum = 0;
    var cents = entry.putArray("cents");
    for (int i = 0; i < 1 + number % 20; i++) {
      cents.add(number + i);
      sum += number + i;
    }
    long expected = sum;
    call(
        options(HttpMethod.POST, "ledger.shop", "/entries"),
        Buffer.buffer(entry.toString()),
        listener,
        answer ->
            answer.path("sum").asLong(-1) == expected
                && answer.path("account").asText().equals("account-" + number % 100));
  }

  void storefront(int number, Outcome.Listener listener) {
    String id = Products.id(number);
    call(
        options(HttpMethod.GET, "storefront.shop", "/products/" + id),
        Buffer.buffer(),
        listener,
        answer ->
            answer.path("id").asText().equals(id)
                && answer.path("priceCents").asLong() == Products.priceCents(number));
  }

  private RequestOptions options(HttpMethod method, String service, String uri) {
    return new RequestOptions()
        .setMethod(method)
        .setServer(sidecar)
        .setHost(service)
        .setPort(8080)
        .setURI(uri)
        .setTimeout(TimeUnit.SECONDS.toMillis(15));
  }

  private interface Check {
    boolean right(JsonNode answer);
  }

  private void call(RequestOptions options, Buffer body, Outcome.Listener listener, Check check) {
    client
        .request(options)
        .compose(
            request ->
                request
                    .putHeader("content-type", "application/json")
                    .send(body)
                    // here, on the connection's loop: attached by the caller's thread, on a busy
                    // machine, it may come when the body has passed, and find it empty
                    .compose(response -> read(response, check)))
        .onSuccess(listener::ended)
        .onFailure(
            cause ->
                listener.ended(
                    new Outcome.Wrong(
                        cause.getClass().getSimpleName() + ": " + cause.getMessage(), "")));
  }

  private static Future<Outcome> read(HttpClientResponse response, Check check) {
    return response.body().map(answer -> outcome(response, answer, check));
  }

  /** Enough of an answer to see what is wrong with it. */
  private static String brief(HttpClientResponse response, Buffer body) {
    return body.getString(0, Math.min(body.length(), 100))
        + " (content-length "
        + response.getHeader(HttpHeaders.CONTENT_LENGTH)
        + ")";
  }

  private static Outcome outcome(HttpClientResponse response, Buffer body, Check check) {
    int status = response.statusCode();
    if (status != 200) {
      return new Outcome.Wrong("status " + status + ": " + body.toString().strip(), "");
    }
    try {
      JsonNode answer = JSON.readTree(body.getBytes());
      return check.right(answer)
          ? new Outcome.Right(answer.path("servedBy").asText(), answer.path("version").asText())
          : new Outcome.Wrong("wrong content: " + brief(response, body), "");
    } catch (IOException e) {
      return new Outcome.Wrong("not JSON: " + brief(response, body), "");
    }
  }
}
