package dev.weft.demo.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** The control plane's REST API, as far as the demo needs it; asks the first node that answers. */
public final class AdminApi {
  private static final JsonMapper JSON = new JsonMapper();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final List<URI> nodes;

  AdminApi(List<URI> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  /** Writes a change set (YAML documents) and returns the revision. */
  public long apply(String yaml) throws IOException, InterruptedException {
    HttpResponse<String> response =
        send(
            "/api/v1/changesets",
            HttpRequest.newBuilder()
                .header("content-type", "application/yaml")
                .POST(HttpRequest.BodyPublishers.ofString(yaml)));
    return json(response).path("revision").asLong();
  }

  /** A join token for a service. */
  public String token(String namespace, String service) throws IOException, InterruptedException {
    HttpResponse<String> response =
        send(
            "/api/v1/tokens",
            HttpRequest.newBuilder()
                .header("content-type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        JSON.createObjectNode()
                            .put("namespace", namespace)
                            .put("service", service)
                            .put("ttl", "1h")
                            .toString())));
    return json(response).path("token").asText();
  }

  /** The answer to a GET. */
  public JsonNode get(String path) throws IOException, InterruptedException {
    return json(send(path, HttpRequest.newBuilder().GET()));
  }

  /** The body of a GET on any URL, or empty text if nobody answers it with 200. */
  String text(URI url) throws InterruptedException {
    try {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(3)).build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200 ? response.body() : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** POSTs to any URL; true if the answer is 2xx. */
  boolean post(URI url) throws InterruptedException {
    try {
      return client
                  .send(
                      HttpRequest.newBuilder(url)
                          .timeout(Duration.ofSeconds(5))
                          .POST(HttpRequest.BodyPublishers.noBody())
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .statusCode()
              / 100
          == 2;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> send(String path, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    IOException last = new IOException("no control-plane node is known");
    for (URI node : nodes) {
      try {
        return client.send(
            request.uri(node.resolve(path)).timeout(Duration.ofSeconds(15)).build(),
            HttpResponse.BodyHandlers.ofString());
      } catch (IOException e) {
        last = e;
      }
    }
    throw new IOException("no control-plane node answers " + path + ": " + last.getMessage(), last);
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          response.request().method()
              + " "
              + response.uri()
              + " answered "
              + response.statusCode()
              + ": "
              + response.body());
    }
    return JSON.readTree(response.body());
  }
}
