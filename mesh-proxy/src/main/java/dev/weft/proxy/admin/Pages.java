package dev.weft.proxy.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import dev.weft.proxy.admin.AdminPage.Reply;
import dev.weft.proxy.identity.CertificateClient;
import dev.weft.proxy.identity.WorkloadIdentity;
import dev.weft.proxy.telemetry.PrometheusText;
import dev.weft.proxy.telemetry.StatChoice;
import dev.weft.xds.match.Regexes;
import io.vertx.core.MultiMap;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** The pages there are, and which server has which. */
public final class Pages {
  private static final long RENEWAL_SECONDS = 15;
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final ProxyView proxy;
  private final ConfigDump dump;
  private final BreakerPages breakers;

  public Pages(ProxyView proxy) {
    this.proxy = proxy;
    this.dump = new ConfigDump(proxy);
    this.breakers = new BreakerPages(proxy);
  }

  /** For operators, on loopback. */
  public List<AdminPage> admin() {
    return List.of(
        AdminPage.of("/ready", query -> ready()),
        AdminPage.of("/server_info", query -> serverInfo()),
        AdminPage.of("/config_dump", query -> Reply.json(pretty(dump.json()))),
        AdminPage.of("/clusters", query -> clusters(query)),
        AdminPage.of("/listeners", query -> listeners(query)),
        AdminPage.of("/breakers", query -> breakers.list()),
        AdminPage.changing("/breakers/control", query -> breakers.control(query)),
        AdminPage.of("/certs", query -> certificates()),
        AdminPage.of("/stats", query -> stats(query)),
        AdminPage.of("/stats/prometheus", query -> prometheus(query)),
        AdminPage.changing("/logging", query -> Reply.text(200, LogLevels.change(query))),
        AdminPage.changing("/drain_listeners", query -> drain()),
        AdminPage.changing("/healthcheck/fail", query -> fail(true)),
        AdminPage.changing("/healthcheck/ok", query -> fail(false)),
        AdminPage.changing("/renew_certificate", query -> renew()),
        AdminPage.changing("/quitquitquit", query -> quit()));
  }

  /** For probes. */
  public List<AdminPage> health() {
    return List.of(
        AdminPage.of("/healthz/ready", query -> ready()),
        AdminPage.of("/ready", query -> ready()),
        AdminPage.of("/healthz/live", query -> Reply.text(200, "LIVE\n")));
  }

  /** For Prometheus. */
  public List<AdminPage> metrics() {
    return List.of(
        AdminPage.of("/stats/prometheus", query -> prometheus(query)),
        AdminPage.of("/metrics", query -> prometheus(query)));
  }

  private Reply ready() {
    String state = proxy.failed() ? "FAILED" : proxy.state().name();
    return Reply.text(proxy.ready() ? 200 : 503, state + "\n");
  }

  private Reply serverInfo() throws JsonProcessingException {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("version", "weft/" + proxy.version());
    json.put("state", proxy.state().name());
    json.put("uptime_current_epoch", proxy.uptimeSeconds() + "s");
    json.put("uptime_all_epochs", proxy.uptimeSeconds() + "s");
    ObjectNode node = json.putObject("node");
    node.put("id", proxy.nodeId());
    node.put("cluster", proxy.nodeCluster());
    node.put("user_agent_name", "weft");
    var ads = proxy.ads();
    if (ads != null) {
      ObjectNode controlPlane = json.putObject("control_plane");
      controlPlane.put("state", ads.status().state().name());
      controlPlane.put("server", ads.status().server());
      controlPlane.put("since", ads.status().since().toString());
      controlPlane.put("last_error", ads.status().lastError());
    }
    ArrayNode failures = json.putArray("failures");
    proxy.failures().forEach(failures::add);
    return Reply.json(pretty(json));
  }

  private Reply clusters(MultiMap query) throws JsonProcessingException {
    ClusterStatus status = new ClusterStatus(proxy.runtime());
    return wantsJson(query) ? Reply.json(pretty(status.json())) : Reply.text(200, status.text());
  }

  private Reply listeners(MultiMap query) throws JsonProcessingException {
    if (!wantsJson(query)) {
      StringBuilder text = new StringBuilder();
      proxy
          .addresses()
          .forEach((name, address) -> text.append(name).append("::").append(text(address)));
      return Reply.text(200, text.toString());
    }
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode statuses = json.putArray("listener_statuses");
    proxy
        .addresses()
        .forEach(
            (name, address) -> {
              ObjectNode listener = statuses.addObject();
              listener.put("name", name);
              ObjectNode socket = listener.putObject("local_address").putObject("socket_address");
              socket.put("address", address.getAddress().getHostAddress());
              socket.put("port_value", address.getPort());
            });
    return Reply.json(pretty(json));
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort() + "\n";
  }

  private Reply certificates() throws JsonProcessingException {
    CertificateClient client = proxy.certificates();
    WorkloadIdentity identity = client == null ? null : client.current();
    ObjectNode json = Json.MAPPER.createObjectNode();
    CertificateStatus.write(identity, json.putArray("certificates"));
    if (client != null) {
      client.lastFailure().ifPresent(failure -> json.put("last_failure", failure));
    }
    return Reply.json(pretty(json));
  }

  private Reply stats(MultiMap query) {
    if ("prometheus".equals(query.get("format"))) {
      return prometheus(query);
    }
    return chosen(
        query,
        choice -> {
          StringBuilder all = new StringBuilder();
          proxy.writeStats(all);
          return Reply.text(200, choice.lines(all));
        });
  }

  private Reply prometheus(MultiMap query) {
    return chosen(
        query,
        choice -> {
          PrometheusText out = new PrometheusText(choice);
          proxy.writeMetrics(out);
          return new Reply(200, PROMETHEUS, out + proxy.processMetrics());
        });
  }

  /** Answers with the statistics that a query asks for. */
  private Reply chosen(MultiMap query, Function<StatChoice, Reply> answer) {
    String filter = query.get("filter");
    try {
      Pattern name = filter == null || filter.isEmpty() ? null : Regexes.compile(filter);
      return answer.apply(new StatChoice(proxy.statRules(), name, query.contains("usedonly")));
    } catch (IllegalArgumentException e) {
      return Reply.text(400, "filter: " + e.getMessage() + "\n");
    }
  }

  private Reply drain() {
    proxy.drain();
    return Reply.text(200, "OK\n");
  }

  private Reply fail(boolean failed) {
    proxy.fail(failed);
    return Reply.text(200, "OK\n");
  }

  private Reply quit() {
    proxy.quit();
    return Reply.text(200, "OK\n");
  }

  private Reply renew() throws InterruptedException {
    CertificateClient client = proxy.certificates();
    if (client == null) {
      return Reply.text(400, "this proxy has no identity of a mesh\n");
    }
    try {
      WorkloadIdentity renewed = client.renew().get(RENEWAL_SECONDS, TimeUnit.SECONDS);
      return Reply.text(200, renewed.id() + " valid until " + renewed.notAfter() + "\n");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return Reply.text(503, cause.getMessage() + "\n");
    } catch (TimeoutException e) {
      return Reply.text(503, "no answer in " + RENEWAL_SECONDS + " s; the attempt goes on\n");
    }
  }

  private static boolean wantsJson(MultiMap query) {
    return "json".equals(query.get("format"));
  }

  private static String pretty(ObjectNode json) throws JsonProcessingException {
    return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n";
  }
}
