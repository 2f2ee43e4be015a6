package dev.weft.proxy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.proxy.admin.AdminPage.Reply;
import dev.weft.proxy.filter.breaker.Breaker;
import dev.weft.proxy.filter.breaker.Breakers;
import io.vertx.core.MultiMap;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the breakers of the proxy do, and who holds them. */
final class BreakerPages {
  private final ProxyView proxy;

  BreakerPages(ProxyView proxy) {
    this.proxy = proxy;
  }

  Reply list() throws JsonProcessingException {
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode all = json.putArray("breakers");
    for (Breakers.View view : proxy.breakers().views(System.nanoTime())) {
      Breaker.Snapshot now = view.snapshot();
      ObjectNode breaker = all.addObject();
      breaker.put("cluster", view.cluster());
      breaker.put("method", view.method());
      breaker.put("state", now.state().name());
      breaker.put("control", now.control().name());
      breaker.put("requests", now.requests());
      breaker.put("failures", now.failures());
      breaker.put("active", now.active());
      if (now.retryNanos() > 0) {
        breaker.put("retry_in_ms", TimeUnit.NANOSECONDS.toMillis(now.retryNanos()));
      }
    }
    return Reply.json(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
  }

  Reply control(MultiMap query) {
    String cluster = query.get("cluster");
    String method = query.get("method");
    if (cluster == null || proxy.runtime().cluster(cluster) == null) {
      return Reply.text(404, "there is no cluster " + cluster + "; say cluster=NAME\n");
    }
    Breaker.Control by = control(query.get("state"));
    if (by == null) {
      return Reply.text(400, "say state=open, state=closed or state=auto\n");
    }
    return proxy.breakers().control(cluster, method, by)
        ? Reply.text(200, "OK\n")
        : Reply.text(
            404,
            "no request has asked for the method \""
                + method
                + "\" of "
                + cluster
                + " yet; leave method out for all of them\n");
  }

  private static Breaker.@Nullable Control control(@Nullable String state) {
    for (Breaker.Control control : Breaker.Control.values()) {
      if (control.name().toLowerCase(Locale.ROOT).equals(state)) {
        return control;
      }
    }
    return null;
  }
}
