package dev.weft.control.admin;

import static io.vertx.core.Future.fromCompletionStage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.resource.Durations;
import dev.weft.control.resource.Violation;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/** Join tokens and the certificate authority. */
final class IdentityOperations {
  private static final Set<String> FIELDS = Set.of("namespace", "service", "ttl");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Duration DEFAULT_TTL = Duration.ofHours(1);
  private static final Duration MAX_TTL = Duration.ofDays(30);
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Vertx vertx;
  private final IdentityAdmin identity;
  private final Bodies bodies;

  IdentityOperations(Vertx vertx, IdentityAdmin identity, Bodies bodies) {
    this.vertx = vertx;
    this.identity = identity;
    this.bodies = bodies;
  }

  Map<String, Operation.Answering> all() {
    return Map.of(
        "listTokens", this::list,
        "createToken", this::create,
        "revokeToken", this::revoke,
        "getCa", this::ca);
  }

  private Future<Reply> create(Call call) {
    String author = call.author();
    return bodies
        .json(call)
        .compose(
            body -> {
              check(body);
              Duration ttl =
                  body.has("ttl")
                      ? Durations.read(body.path("ttl").asText()).orElse(DEFAULT_TTL)
                      : DEFAULT_TTL;
              return future(
                  identity.createToken(
                      body.path("namespace").asText(), body.path("service").asText(), ttl, author));
            })
        .recover(IdentityOperations::refused)
        .map(
            token ->
                Reply.json(
                    201,
                    NODES
                        .objectNode()
                        .put("id", token.id())
                        .put("token", token.token())
                        .put("namespace", token.namespace())
                        .put("service", token.service())
                        .put("expiresAt", token.expiresAt().toString())));
  }

  private static void check(JsonNode body) {
    List<Violation> found = new ArrayList<>();
    for (var field : body.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        found.add(
            violation("/" + field.getKey(), "is not a field", "use namespace, service and ttl"));
      }
    }
    for (String field : List.of("namespace", "service")) {
      if (!LABEL.matcher(body.path(field).asText()).matches()) {
        found.add(violation("/" + field, "is no name", "use lower-case letters, digits and '-'"));
      }
    }
    boolean usable =
        !body.has("ttl")
            || Durations.read(body.path("ttl").asText())
                .filter(ttl -> !ttl.isZero() && ttl.compareTo(MAX_TTL) <= 0)
                .isPresent();
    if (!usable) {
      found.add(violation("/ttl", "is no usable duration", "use 1h or the like, at most 720h"));
    }
    if (!found.isEmpty()) {
      throw Problem.violations(found).exception();
    }
  }

  private static Violation violation(String path, String problem, String remedy) {
    return new Violation("token", path, problem, remedy);
  }

  /** The identities' own rules say no. */
  private static <T> Future<T> refused(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return Future.failedFuture(
        cause instanceof IllegalArgumentException
            ? Problem.violations(
                    List.of(
                        violation("", String.valueOf(cause.getMessage()), "correct the request")))
                .exception()
            : cause);
  }

  private Future<Reply> list(Call call) {
    return future(identity.listTokens())
        .map(
            tokens -> {
              ObjectNode node = NODES.objectNode();
              var items = node.putArray("items");
              for (IdentityAdmin.TokenInfo token : tokens) {
                items
                    .addObject()
                    .put("id", token.id())
                    .put("namespace", token.namespace())
                    .put("service", token.service())
                    .put("createdAt", token.createdAt().toString())
                    .put("expiresAt", token.expiresAt().toString());
              }
              return Reply.json(node);
            });
  }

  private Future<Reply> revoke(Call call) {
    String id = call.path("id");
    return future(identity.revokeToken(id, call.author()))
        .map(
            revoked -> {
              if (!revoked) {
                throw Problem.notFound(
                        "there is no token " + id + "; list /api/v1/tokens for others")
                    .exception();
              }
              return Reply.empty();
            });
  }

  private Future<Reply> ca(Call call) {
    return future(identity.ca())
        .map(
            ca ->
                Reply.json(
                    NODES
                        .objectNode()
                        .put("trustDomain", ca.trustDomain())
                        .put("rootsPem", ca.rootsPem())
                        .put("rootSha256", ca.rootSha256())
                        .put("rootNotAfter", ca.rootNotAfter().toString())
                        .put("intermediateNotAfter", ca.intermediateNotAfter().toString())));
  }

  private <T> Future<T> future(CompletionStage<T> stage) {
    return fromCompletionStage(stage, vertx.getOrCreateContext());
  }
}
