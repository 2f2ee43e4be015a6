package dev.weft.proxy.differential;

import static dev.weft.proxy.testkit.Soon.await;

import dev.weft.proxy.testkit.Arrival;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One proxy with its own endpoints, and the client that drives it. */
final class Side implements AutoCloseable {
  private static final String EXPECTED_TIME = "x-envoy-expected-rq-timeout-ms";

  /** What is left of the time for another try is never the same. */
  private static final Map.Entry<String, String> TIME_LEFT = Map.entry(EXPECTED_TIME, "<left>");

  private final Vertx vertx;
  private final Subject subject;
  private final GrowingFile events;
  private final Upstreams upstreams;
  private final Certificates certificates;
  private final Masks masks;
  private final String firstListener;

  Side(
      Vertx vertx,
      Subject subject,
      GrowingFile events,
      Upstreams upstreams,
      Certificates certificates,
      Masks masks,
      String firstListener) {
    this.vertx = vertx;
    this.subject = subject;
    this.events = events;
    this.upstreams = upstreams;
    this.certificates = certificates;
    this.masks = masks;
    this.firstListener = firstListener;
  }

  /** A call and what came of it. */
  private record Made(Call call, Exchange exchange) {}

  /** A call that has no answer yet. */
  private record Open(Caller caller, Call call, Exchange exchange) {}

  /** Plays a scenario. */
  Observation play(Scenario scenario) throws Exception {
    upstreams.begin(scenario.answers(), scenario.checks());
    Map<String, Long> before =
        scenario.statistics().isEmpty() ? Map.of() : subject.statistics(scenario.statistics());
    Observation seen = new Observation();
    if (scenario.repeat() > 1) {
      shares(scenario, seen);
      return seen;
    }
    List<Caller> callers = new ArrayList<>();
    List<Made> exchanges = new ArrayList<>();
    try {
      calls(scenario, callers, exchanges);
    } finally {
      for (Caller caller : callers) {
        caller.close();
      }
    }
    note(scenario, exchanges, seen);
    if (scenario.events() > 0) {
      seen.addAll(
          Observation.EVENTS,
          events.fresh(scenario.events()).stream().map(masks::event).toList(),
          scenario.ordered());
    }
    statistics(scenario, before, seen);
    return seen;
  }

  private void calls(Scenario scenario, List<Caller> callers, List<Made> exchanges)
      throws Exception {
    List<Open> open = new ArrayList<>();
    for (Call call : scenario.calls()) {
      Exchange exchange = new Exchange();
      exchanges.add(new Made(call, exchange));
      if (!call.again() || callers.isEmpty()) {
        try {
          callers.add(connect(scenario));
        } catch (IOException e) {
          exchange.add("no connection");
          continue;
        }
      }
      Caller caller = callers.getLast();
      int arrived = upstreams.count();
      caller.send(call);
      if (call.abort()) {
        upstreams.awaitArrivals(arrived + 1);
        caller.abort();
        exchange.add("gone");
      } else if (call.leave() != null) {
        leave(call.leave(), arrived);
        open.add(new Open(caller, call, exchange));
      } else {
        caller.finish(call, exchange);
        if (call.until() != null) {
          awaitStatistic(call.until());
        }
      }
    }
    if (!open.isEmpty()) {
      upstreams.release();
    }
    for (Open one : open) {
      one.caller().finish(one.call(), one.exchange());
    }
  }

  private void leave(Call.Leave leave, int arrived) {
    if (leave.until() == null) {
      upstreams.awaitArrivals(arrived + 1);
    } else {
      awaitStatistic(leave.until());
    }
  }

  private void awaitStatistic(Call.Statistic one) {
    await(one.name() + " to be " + one.value())
        .until(() -> subject.statistics().getOrDefault(one.name(), 0L) == one.value());
  }

  private Caller connect(Scenario scenario) throws IOException {
    String listener = scenario.listener() == null ? firstListener : scenario.listener();
    int port = subject.port(listener);
    return scenario.protocol() == Scenario.Protocol.HTTP2
        ? new Http2Caller(vertx, port, certificates, scenario, masks)
        : Http1Caller.connect(port, certificates, scenario, masks);
  }

  private void note(Scenario scenario, List<Made> exchanges, Observation seen) throws IOException {
    List<String> client = new ArrayList<>();
    exchanges.forEach(made -> client.add(made.exchange().text(made.call().label())));
    seen.addAll(Observation.CLIENT, client, scenario.ordered());
    upstreams.awaitArrivals(scenario.arrivals());
    List<Upstreams.Received> received = upstreams.settled();
    Map<String, String> names = new HashMap<>();
    Set<String> paths = new HashSet<>();
    for (Upstreams.Received one : received) {
      names.computeIfAbsent(
          one.upstream(), name -> scenario.alike() ? "endpoint " + (names.size() + 1) : name);
    }
    if (!scenario.ignores(Observation.UPSTREAM)) {
      seen.addAll(
          Observation.UPSTREAM,
          received.stream()
              .map(
                  one -> describe(names.get(one.upstream()), one, !paths.add(one.path()), scenario))
              .toList(),
          scenario.ordered());
    }
    seen.addAll(Observation.SPANS, upstreams.spans(scenario.spans(), masks), true);
    int lines = scenario.logLines() < 0 ? scenario.calls().size() : scenario.logLines();
    List<String> logged = subject.logged(lines);
    if (!scenario.ignores(Observation.LOG)) {
      seen.addAll(
          Observation.LOG,
          logged.stream().map(line -> logLine(line, names, scenario)).toList(),
          scenario.ordered());
    }
  }

  private String logLine(String line, Map<String, String> names, Scenario scenario) {
    String masked = masks.line(line);
    if (scenario.alike()) {
      for (Map.Entry<String, String> name : names.entrySet()) {
        masked = masked.replace("<" + name.getKey() + ">", "<" + name.getValue() + ">");
      }
    }
    return masked;
  }

  private String describe(String name, Upstreams.Received one, boolean again, Scenario scenario) {
    if (one.arrival() == null) {
      String state = one.talk().over() ? "" : ", still open";
      return name + ": " + Exchange.quoted(one.talk().read()) + state + "\n";
    }
    Arrival arrival = one.arrival();
    StringBuilder text = new StringBuilder();
    text.append(name).append(": ").append(arrival.method()).append(' ');
    text.append(masks.line(String.valueOf(arrival.path()))).append('\n');
    boolean http1 = !arrival.headers("host").isEmpty();
    List<Map.Entry<String, String>> fields =
        arrival.head().stream()
            .filter(field -> !field.getKey().equals(":method") && !field.getKey().equals(":path"))
            .filter(field -> !(http1 && field.getKey().equals(":authority")))
            .map(field -> again && field.getKey().equals(EXPECTED_TIME) ? TIME_LEFT : field)
            .toList();
    Exchange.fields(fields, scenario, masks).forEach(line -> text.append(line).append('\n'));
    if (!scenario.ignores("body")) {
      text.append("  body ").append(Exchange.quoted(arrival.body())).append('\n');
    }
    arrival
        .trailers()
        .forEach(
            field ->
                text.append("    [trailer] ")
                    .append(field.getKey())
                    .append(": ")
                    .append(field.getValue())
                    .append('\n'));
    text.append("  ").append(arrival.complete() ? "complete" : "not complete");
    if (one.answer().breaksOff()) {
      text.append(", broken off by the endpoint");
    } else if (arrival.cut() != null) {
      text.append(", given up: ").append(arrival.cut());
    } else if (!arrival.answered()) {
      text.append(", still open");
    }
    return text.append('\n').toString();
  }

  private void statistics(Scenario scenario, Map<String, Long> before, Observation seen)
      throws IOException {
    if (scenario.statistics().isEmpty()) {
      return;
    }
    Map<String, Long> after = subject.statistics(scenario.statistics());
    for (String name : scenario.statistics()) {
      Long now = after.get(name);
      seen.add(
          Observation.STATISTICS,
          name + " " + (now == null ? "missing" : "+" + (now - before.getOrDefault(name, 0L))));
    }
  }

  /** Only how often each answer came counts. */
  private void shares(Scenario scenario, Observation seen) throws IOException {
    Map<String, Integer> counts = new TreeMap<>();
    try (Caller caller = connect(scenario)) {
      for (int i = 0; i < scenario.repeat(); i++) {
        for (Call call : scenario.calls()) {
          Exchange exchange = new Exchange();
          caller.send(call);
          caller.finish(call, exchange);
          counts.merge(exchange.share(), 1, Integer::sum);
        }
      }
    }
    subject.logged(scenario.repeat() * scenario.calls().size());
    counts.forEach((share, count) -> seen.count(share, count));
  }

  @Override
  public void close() throws Exception {
    try (subject) {
      upstreams.close();
    }
  }
}
