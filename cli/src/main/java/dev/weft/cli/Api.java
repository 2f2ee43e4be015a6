package dev.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The control plane's REST interface. Every failure is a {@link CliException} ready to be shown.
 */
final class Api {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final int PAGE = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI server;
  private final String token;
  private final String author;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  /** {@code token} is empty where none is needed. */
  Api(URI server, String token, String author) {
    this.server = server;
    this.token = token;
    this.author = author;
  }

  URI server() {
    return server;
  }

  /** Encodes one segment of a path or one value of a query. */
  static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  JsonNode get(String path) {
    return send(request(path, ANSWER).GET());
  }

  /** Like {@link #get}, for answers the server holds back for up to {@code wait}. */
  JsonNode get(String path, Duration wait) {
    return send(request(path, ANSWER.plus(wait)).GET());
  }

  /** All items of a list, page by page, as one {@code {"items": […]}}. */
  ObjectNode list(String path) {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode items = all.putArray("items");
    String separator = path.contains("?") ? "&" : "?";
    String next = path + separator + "limit=" + PAGE;
    while (true) {
      JsonNode page = get(next);
      page.path("items").forEach(items::add);
      String token = page.path("continue").asText("");
      if (token.isEmpty()) {
        return all;
      }
      next = path + separator + "limit=" + PAGE + "&continue=" + segment(token);
    }
  }

  /** POSTs JSON; {@code expectedRevision} below 0 means any. */
  JsonNode post(String path, JsonNode body, long expectedRevision) {
    return post(path, body, expectedRevision, UnaryOperator.identity());
  }

  /** The same; {@code subjects} says in the user's words what a violation is about. */
  JsonNode post(String path, JsonNode body, long expectedRevision, UnaryOperator<String> subjects) {
    HttpRequest.Builder request =
        request(path, ANSWER)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body.toString()));
    return send(conditional(request, expectedRevision), subjects);
  }

  /** POSTs without a body. */
  JsonNode post(String path, long expectedRevision) {
    return send(conditional(request(path, ANSWER).POST(BodyPublishers.noBody()), expectedRevision));
  }

  JsonNode delete(String path, long expectedRevision) {
    return send(conditional(request(path, ANSWER).DELETE(), expectedRevision));
  }

  /** The lines of a server-sent-event stream; ends when the server ends it. */
  Stream<String> lines(String path) {
    HttpRequest request =
        authorized(HttpRequest.newBuilder(server.resolve(path)))
            .header("accept", "text/event-stream")
            .GET()
            .build();
    HttpResponse<Stream<String>> response = exchange(request, BodyHandlers.ofLines());
    if (response.statusCode() / 100 != 2) {
      try (Stream<String> lines = response.body()) {
        throw Problem.of(
            request,
            response.statusCode(),
            String.join("\n", lines.limit(500).toList()),
            UnaryOperator.identity());
      }
    }
    return response.body();
  }

  private static HttpRequest.Builder conditional(HttpRequest.Builder request, long revision) {
    return revision < 0 ? request : request.header("if-match", "\"" + revision + "\"");
  }

  private HttpRequest.Builder request(String path, Duration timeout) {
    return authorized(HttpRequest.newBuilder(server.resolve(path)))
        .timeout(timeout)
        .header("accept", "application/json");
  }

  private HttpRequest.Builder authorized(HttpRequest.Builder request) {
    if (!token.isEmpty()) {
      request.header("authorization", "Bearer " + token);
    }
    return author.isEmpty() ? request : request.header("weft-author", author);
  }

  private JsonNode send(HttpRequest.Builder builder) {
    return send(builder, UnaryOperator.identity());
  }

  private JsonNode send(HttpRequest.Builder builder, UnaryOperator<String> subjects) {
    HttpRequest request = builder.build();
    HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw Problem.of(request, response.statusCode(), response.body(), subjects);
    }
    if (response.body().isEmpty()) {
      return JSON.createObjectNode();
    }
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new CliException(
          request.uri() + " did not answer with JSON: is it a Weft control plane?", e);
    }
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> body) {
    try {
      return http.send(request, body);
    } catch (HttpTimeoutException e) {
      throw new CliException(
          "the control plane at " + server + " did not answer in time: look at its log", e);
    } catch (ConnectException e) {
      throw new CliException(
          "cannot reach the control plane at "
              + server
              + ": start it with 'weft control-plane', or name another with --server or WEFT_SERVER",
          e);
    } catch (IOException e) {
      throw new CliException(
          "the connection to the control plane at " + server + " broke: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CliException("interrupted", e);
    }
  }
}
