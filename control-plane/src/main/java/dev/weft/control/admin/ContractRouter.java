package dev.weft.control.admin;

import dev.weft.control.admin.Contract.Endpoint;
import dev.weft.control.admin.Problem.ProblemException;
import dev.weft.control.store.DatabaseException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the router from the contract, and answers whatever goes wrong with a problem document. */
final class ContractRouter {
  /** Bytes a body may have. */
  static final long MAX_BODY = 8 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(ContractRouter.class);

  private final Contract contract;
  private final Map<String, Operation> operations;
  private final MeterRegistry metrics;

  ContractRouter(Contract contract, Map<String, Operation> operations, MeterRegistry metrics) {
    this.contract = contract;
    this.operations = Map.copyOf(operations);
    this.metrics = metrics;
    Set<String> promised = new HashSet<>();
    contract.endpoints().forEach(endpoint -> promised.add(endpoint.operationId()));
    if (!promised.equals(operations.keySet())) {
      Set<String> odd = new TreeSet<>(promised);
      odd.addAll(operations.keySet());
      odd.removeIf(id -> promised.contains(id) && operations.containsKey(id));
      throw new IllegalStateException("contract and operations differ in " + odd);
    }
  }

  Router router(Vertx vertx, Guard guard) {
    Router router = Router.router(vertx);
    for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 500}) {
      router.errorHandler(status, this::failed);
    }
    // First who asks, then what: a stranger's body is not read.
    router.route().handler(guard);
    router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
    Map<String, Set<String>> allowed = new LinkedHashMap<>();
    for (Endpoint endpoint : contract.endpoints()) {
      Operation operation = operations.get(endpoint.operationId());
      if (operation == null) {
        throw new IllegalStateException("checked by the constructor");
      }
      router
          .route(endpoint.method(), endpoint.path())
          .handler(context -> run(endpoint.operationId(), operation, context));
      allowed.computeIfAbsent(endpoint.path(), _ -> new TreeSet<>()).add(endpoint.method().name());
    }
    allowed.forEach(
        (path, methods) -> {
          String list = String.join(", ", methods);
          router
              .route(path)
              .handler(
                  context ->
                      Reply.problem(
                              Problem.methodNotAllowed(
                                  context.request().method() + " is not allowed; use " + list))
                          .with("allow", list)
                          .send(context.response()));
        });
    router
        .route()
        .handler(
            context ->
                Reply.problem(
                        Problem.notFound(
                            "there is nothing at "
                                + context.normalizedPath()
                                + "; /openapi.json lists what there is"))
                    .send(context.response()));
    return router;
  }

  private void run(String id, Operation operation, RoutingContext context) {
    switch (operation) {
      case Operation.Answering answering ->
          answer(answering, new Call(context))
              .onComplete(
                  done -> {
                    Reply reply = done.succeeded() ? done.result() : explain(id, done.cause());
                    metrics
                        .counter(
                            "weft_admin_requests_total",
                            "operation",
                            id,
                            "status",
                            String.valueOf(reply.status()))
                        .increment();
                    reply.send(context.response());
                  });
      case Operation.Streaming streaming -> {
        try {
          streaming.stream(context);
        } catch (ProblemException e) {
          Reply.problem(e.problem()).send(context.response());
        }
      }
    }
  }

  private static Future<Reply> answer(Operation.Answering operation, Call call) {
    try {
      return operation.answer(call);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private static Reply explain(String operation, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return switch (cause) {
      case ProblemException e -> Reply.problem(e.problem());
      case DatabaseException e -> {
        LOG.atWarn().addKeyValue("operation", operation).setCause(e).log("database failed");
        yield Reply.problem(Problem.unavailable(String.valueOf(e.getMessage())));
      }
      default -> {
        String incident = UUID.randomUUID().toString();
        LOG.atError()
            .addKeyValue("incident", incident)
            .addKeyValue("operation", operation)
            .setCause(cause)
            .log("an operation failed");
        yield Reply.problem(Problem.internal(incident));
      }
    };
  }

  /** What the router or the body reader refused. */
  private void failed(RoutingContext context) {
    int status = context.statusCode();
    Throwable failure = context.failure();
    Reply reply =
        switch (status) {
          case 413 -> Reply.problem(Problem.tooLarge(MAX_BODY)).with("connection", "close");
          case 500 ->
              explain(
                  "routing",
                  failure == null ? new IllegalStateException("failed without a cause") : failure);
          default ->
              Reply.problem(
                  Problem.ofStatus(
                      status, "the request cannot be handled; correct its path and headers"));
        };
    reply.send(context.response());
  }
}
