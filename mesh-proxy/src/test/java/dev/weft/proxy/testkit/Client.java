package dev.weft.proxy.testkit;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls over HTTP/1.1 or HTTP/2 with prior knowledge. */
public final class Client {
  private final HttpClient client;

  public Client(Vertx vertx, HttpVersion version) {
    this(
        vertx, new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false));
  }

  public Client(Vertx vertx, HttpClientOptions options) {
    this(vertx, options, 64);
  }

  /**
   * @param connections over HTTP/1.1, at most: with one the next call waits for it
   */
  public Client(Vertx vertx, HttpClientOptions options, int connections) {
    client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(connections));
  }

  /** A complete answer. */
  public record Reply(int status, MultiMap headers, String body, MultiMap trailers) {
    public String header(String name) {
      return headers.get(name);
    }
  }

  public HttpClient http() {
    return client;
  }

  public Reply get(int port, String path) {
    return call(port, HttpMethod.GET, path, Map.of(), null);
  }

  public Reply get(int port, String path, Map<String, String> headers) {
    return call(port, HttpMethod.GET, path, headers, null);
  }

  public Reply post(int port, String path, String body) {
    return call(port, HttpMethod.POST, path, Map.of(), body);
  }

  public Reply call(
      int port, HttpMethod method, String path, Map<String, String> headers, String body) {
    return await(start(port, method, path, headers, body));
  }

  public Future<Reply> start(
      int port, HttpMethod method, String path, Map<String, String> headers, String body) {
    RequestOptions options =
        new RequestOptions().setHost("127.0.0.1").setPort(port).setMethod(method).setURI(path);
    headers.forEach(options::addHeader);
    return client
        .request(options)
        .compose(
            request ->
                (body == null ? request.send() : request.send(Buffer.buffer(body)))
                    .compose(
                        response ->
                            response
                                .body()
                                .map(
                                    bytes ->
                                        new Reply(
                                            response.statusCode(),
                                            response.headers(),
                                            bytes.toString(),
                                            response.trailers()))));
  }

  public Future<HttpClientRequest> request(int port, HttpMethod method, String path) {
    return client.request(
        new RequestOptions().setHost("127.0.0.1").setPort(port).setMethod(method).setURI(path));
  }

  public static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
