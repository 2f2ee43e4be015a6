package dev.weft.control.admin;

import static io.vertx.core.Future.fromCompletionStage;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The running mesh: proxies, traffic, nodes. */
final class MeshOperations {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Vertx vertx;
  private final ProxyView proxies;
  private final TrafficView traffic;
  private final ClusterView cluster;

  MeshOperations(Vertx vertx, AdminViews views) {
    this.vertx = vertx;
    this.proxies = views.proxies();
    this.traffic = views.traffic();
    this.cluster = views.cluster();
  }

  Map<String, Operation.Answering> all() {
    return Map.of(
        "listProxies", this::list,
        "getProxy", this::get,
        "getProxyConfig", this::config,
        "getTraffic", this::traffic,
        "listNodes", this::nodes);
  }

  private Future<Reply> list(Call call) {
    int limit = call.limit();
    String after = call.query("continue").orElse("");
    return future(proxies.list())
        .map(
            all -> {
              List<ProxyView.Proxy> found =
                  all.stream()
                      .filter(proxy -> proxy.id().compareTo(after) > 0)
                      .limit(limit + 1L)
                      .toList();
              boolean more = found.size() > limit;
              List<ProxyView.Proxy> page = more ? found.subList(0, limit) : found;
              ObjectNode node = NODES.objectNode();
              var items = node.putArray("items");
              page.forEach(proxy -> items.add(json(proxy)));
              if (more) {
                node.put("continue", page.getLast().id());
              }
              return Reply.json(node);
            });
  }

  private Future<Reply> get(Call call) {
    String id = call.path("id");
    return future(proxies.list())
        .map(
            all ->
                all.stream()
                    .filter(proxy -> proxy.id().equals(id))
                    .findFirst()
                    .map(proxy -> Reply.json(json(proxy)))
                    .orElseThrow(
                        () ->
                            Problem.notFound(
                                    "there is no proxy " + id + "; list /api/v1/proxies for others")
                                .exception()));
  }

  private Future<Reply> config(Call call) {
    String id = call.path("id");
    return future(proxies.config(id))
        .map(
            config ->
                config
                    .map(json -> Reply.of("application/json", Buffer.buffer(json)))
                    .orElseThrow(
                        () ->
                            Problem.notFound(
                                    "the proxy "
                                        + id
                                        + " is not connected to this node; /api/v1/proxies/"
                                        + id
                                        + " names the one it is connected to")
                                .exception()));
  }

  private Future<Reply> traffic(Call call) {
    return future(traffic.rates())
        .map(
            rates -> {
              ObjectNode node = NODES.objectNode();
              var items = node.putArray("items");
              for (TrafficView.ServiceTraffic rate : rates) {
                ObjectNode item =
                    items
                        .addObject()
                        .put("namespace", rate.namespace())
                        .put("name", rate.name())
                        .put("requestsPerSecond", rate.requestsPerSecond())
                        .put("errorsPerSecond", rate.errorsPerSecond());
                measured(item, "p50Millis", rate.p50Millis());
                measured(item, "p99Millis", rate.p99Millis());
              }
              return Reply.json(node);
            });
  }

  /** JSON has no NaN: what is not measured is null. */
  private static void measured(ObjectNode item, String field, double value) {
    if (Double.isFinite(value)) {
      item.put(field, value);
    } else {
      item.putNull(field);
    }
  }

  private Future<Reply> nodes(Call call) {
    return future(cluster.nodes())
        .map(
            nodes -> {
              ObjectNode node = NODES.objectNode();
              var items = node.putArray("items");
              for (ClusterView.Node each : nodes) {
                items
                    .addObject()
                    .put("name", each.name())
                    .put("httpAddress", each.httpAddress())
                    .put("xdsAddress", each.xdsAddress())
                    .put("self", each.self())
                    .put("alive", each.alive())
                    .put("member", each.member())
                    .put("startedAt", each.startedAt().toString())
                    .put("seenAt", each.seenAt().toString());
              }
              return Reply.json(node);
            });
  }

  private static ObjectNode json(ProxyView.Proxy proxy) {
    ObjectNode node =
        NODES
            .objectNode()
            .put("id", proxy.id())
            .put("namespace", proxy.namespace())
            .put("service", proxy.service())
            .put("address", proxy.address())
            .put("inboundPort", proxy.inboundPort());
    ObjectNode labels = node.putObject("labels");
    proxy.labels().forEach(labels::put);
    node.put("node", proxy.node())
        .put("connected", proxy.connected())
        .put("since", proxy.since().toString())
        .put("revision", proxy.revision());
    var refusals = node.putArray("refusals");
    for (ProxyView.Refusal refusal : proxy.refusals()) {
      refusals
          .addObject()
          .put("type", refusal.type())
          .put("resource", refusal.resource())
          .put("reason", refusal.reason());
    }
    return node;
  }

  private <T> Future<T> future(CompletionStage<T> stage) {
    return fromCompletionStage(stage, vertx.getOrCreateContext());
  }
}
