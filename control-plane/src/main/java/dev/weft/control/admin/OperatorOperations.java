package dev.weft.control.admin;

import static io.vertx.core.Future.fromCompletionStage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.weft.control.resource.Schemas;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Probes, metrics, the contract with its schemas, and the page. */
final class OperatorOperations {
  private final Vertx vertx;
  private final AdminViews views;
  private final PrometheusMeterRegistry metrics;
  private final Reply contract;
  private final Map<String, Reply> schemas = new HashMap<>();
  private final Page page = new Page();

  OperatorOperations(
      Vertx vertx,
      AdminViews views,
      PrometheusMeterRegistry metrics,
      Contract contract,
      Schemas schemas) {
    this.vertx = vertx;
    this.views = views;
    this.metrics = metrics;
    this.contract = Reply.json(contract.document());
    schemas
        .texts()
        .forEach(
            (name, text) ->
                this.schemas.put(name, Reply.of("application/schema+json", Buffer.buffer(text))));
  }

  Map<String, Operation.Answering> all() {
    return Map.of(
        "getHealth", _ -> json("alive"),
        "getReadiness", this::readiness,
        "getMetrics", this::metrics,
        "getOpenApi", _ -> Future.succeededFuture(contract),
        "getSchema", call -> found(Optional.ofNullable(schemas.get(call.path("file"))), call),
        "getPage", call -> found(page.file("index.html"), call),
        "getPageFile", call -> found(page.file(call.path("file")), call));
  }

  private static Future<Reply> json(String field) {
    return Future.succeededFuture(
        Reply.json(JsonNodeFactory.instance.objectNode().put(field, true)));
  }

  private Future<Reply> readiness(Call call) {
    return fromCompletionStage(views.notReady().get(), vertx.getOrCreateContext())
        .compose(
            reasons ->
                reasons.isEmpty()
                    ? json("ready")
                    : Future.failedFuture(
                        Problem.unavailable(String.join("; ", reasons)).exception()));
  }

  private Future<Reply> metrics(Call call) {
    return vertx.executeBlocking(
        () -> Reply.of("text/plain; version=0.0.4; charset=utf-8", Buffer.buffer(metrics.scrape())),
        false);
  }

  private static Future<Reply> found(Optional<Reply> reply, Call call) {
    return reply
        .map(Future::succeededFuture)
        .orElseThrow(
            () ->
                Problem.notFound("there is no file " + call.path("file") + "; / is the page")
                    .exception());
  }
}
