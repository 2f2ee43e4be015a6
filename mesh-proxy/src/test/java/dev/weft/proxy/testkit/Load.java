package dev.weft.proxy.testkit;

import static dev.weft.proxy.testkit.Soon.await;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Clients each of which asks again a moment after it was answered, until they are stopped. */
public final class Load implements AutoCloseable {
  private static final int PAUSE_MILLIS = 2;

  /** A machine that does much else is waited for. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private static final String EMPTY_MESSAGE = "\0".repeat(5);
  private static final Map<String, String> GRPC =
      Map.of("content-type", "application/grpc", "te", "trailers");

  /** An answer by the number of its request, in the order in which they began. */
  private record Outcome(int number, String answer) {}

  private final Vertx vertx;
  private final Client client;
  private final int port;
  private final String path;

  /** Null for none. */
  private final String body;

  private final boolean grpc;
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger asking = new AtomicInteger();
  private final Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  private Load(Vertx vertx, Client client, int port, String path, String body, boolean grpc) {
    this.vertx = vertx;
    this.client = client;
    this.port = port;
    this.path = path;
    this.body = body;
    this.grpc = grpc;
  }

  /** So many clients that GET a path. */
  public static Load gets(Vertx vertx, Client client, int port, String path, int clients) {
    return new Load(vertx, client, port, path, null, false).start(clients);
  }

  /** So many clients that POST this to a path. */
  public static Load posts(
      Vertx vertx, Client client, int port, String path, String body, int clients) {
    return new Load(vertx, client, port, path, body, false).start(clients);
  }

  /**
   * So many clients that make gRPC calls with an empty message. What counts of an answer is {@code
   * grpc}, its status, and its message if it has one.
   */
  public static Load calls(Vertx vertx, Client client, int port, String path, int clients) {
    return new Load(vertx, client, port, path, EMPTY_MESSAGE, true).start(clients);
  }

  private Load start(int clients) {
    asking.set(clients);
    for (int i = 0; i < clients; i++) {
      ask();
    }
    return this;
  }

  private void ask() {
    if (stopped) {
      asking.decrementAndGet();
      return;
    }
    int number = begun.getAndIncrement();
    HttpMethod method = body == null ? HttpMethod.GET : HttpMethod.POST;
    client
        .start(port, method, path, grpc ? GRPC : Map.of(), body)
        .onComplete(
            reply -> {
              String answer =
                  reply.succeeded() ? said(reply.result()) : "no answer: " + reply.cause();
              outcomes.add(new Outcome(number, answer));
              vertx.setTimer(PAUSE_MILLIS, timer -> ask());
            });
  }

  private String said(Client.Reply reply) {
    if (!grpc) {
      return reply.status() + " " + reply.body();
    }
    MultiMap end = reply.header("grpc-status") == null ? reply.trailers() : reply.headers();
    String message = end.get("grpc-message");
    return "grpc " + end.get("grpc-status") + (message == null ? "" : " " + message);
  }

  /** Waits for so many answers to requests that begin from now on: how often each came. */
  public Map<String, Long> next(int answers) {
    int from = begun.get();
    await(answers + " answers").atMost(LONGEST).until(() -> since(from).count() >= answers);
    return counted(since(from));
  }

  /** How often each answer has come. */
  public Map<String, Long> all() {
    return counted(since(0));
  }

  private Stream<Outcome> since(int number) {
    return outcomes.stream().filter(outcome -> outcome.number() >= number);
  }

  private static Map<String, Long> counted(Stream<Outcome> outcomes) {
    return outcomes.collect(
        Collectors.groupingBy(Outcome::answer, TreeMap::new, Collectors.counting()));
  }

  /** Stops asking, and waits for the last answers. */
  @Override
  public void close() {
    stopped = true;
    await("the last answers").atMost(LONGEST).until(() -> asking.get() == 0);
  }
}
