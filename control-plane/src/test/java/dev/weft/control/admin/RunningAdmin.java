package dev.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.control.resource.ResourceReader;
import dev.weft.control.resource.Schemas;
import dev.weft.control.store.Database;
import dev.weft.control.store.SqlAuditLog;
import dev.weft.control.store.SqlConfigStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** The REST server on a real socket with a real database. */
final class RunningAdmin implements AutoCloseable {
  final Mesh mesh = new Mesh();
  final SqlConfigStore store;
  final int port;
  private final Vertx vertx = Vertx.vertx();
  private final Database database;
  private final AdminServer server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final ObjectMapper json = new ObjectMapper();

  RunningAdmin(Path folder) {
    this(folder, "127.0.0.1", 0);
  }

  RunningAdmin(Path folder, String host, int port) {
    var schemas = new Schemas();
    var reader = new ResourceReader(schemas);
    database = Database.sqlite(folder);
    store = SqlConfigStore.open(database, reader, Duration.ofHours(1), Clock.systemUTC());
    var audit = new SqlAuditLog(database, Clock.systemUTC());
    var views = new AdminViews(store, audit, mesh, mesh, mesh, mesh, mesh, mesh::readiness);
    var metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    server =
        new AdminServer(
            vertx, new AdminOptions(host, port, folder), views, schemas, reader, metrics);
    try {
      this.port = server.start().toCompletionStage().toCompletableFuture().join();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  record Answer(int status, JsonNode body, HttpResponse<?> response) {
    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String text(String pointer) {
      return body.at(pointer).asText();
    }
  }

  Answer get(String path, String... headers) {
    return send("GET", path, null, headers);
  }

  Answer delete(String path, String... headers) {
    return send("DELETE", path, null, headers);
  }

  Answer yaml(String method, String path, String body, String... headers) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = "content-type";
    all[headers.length + 1] = "application/yaml";
    return send(method, path, body, all);
  }

  Answer json(String method, String path, String body) {
    return send(method, path, body, "content-type", "application/json");
  }

  Answer send(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(30))
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      var response = client.send(request.build(), BodyHandlers.ofString());
      boolean parse = response.headers().firstValue("content-type").orElse("").contains("json");
      JsonNode tree = parse ? json.readTree(response.body()) : json.valueToTree(response.body());
      return new Answer(response.statusCode(), tree, response);
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  HttpClient client() {
    return client;
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close().toCompletionStage().toCompletableFuture().join();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    store.close();
    database.close();
  }
}
