package dev.weft.proxy.differential;

import static dev.weft.proxy.testkit.Soon.await;

import dev.weft.proxy.differential.ScenarioFile.Kind;
import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.proxy.testkit.RefusingPort;
import dev.weft.proxy.testkit.SilentPort;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.core.ConditionTimeoutException;

/** The endpoints behind one proxy, and what arrived at them since a scenario began. */
final class Upstreams implements AutoCloseable {
  /** A request that arrived, or a connection of bytes. */
  record Received(String upstream, Arrival arrival, Answer answer, TcpUpstream.Talk talk) {
    String path() {
      return arrival == null ? "" : arrival.path();
    }

    boolean over() {
      return arrival == null
          ? talk.over()
          : arrival.complete() && (arrival.answered() || answer.breaksOff())
              || arrival.cut() != null;
    }
  }

  /** An answer that waits for the arrival of others. */
  private record Late(int after, Runnable answer) {}

  /** How a line begins where a scenario says another number of spans. */
  static final String WRONG = "wrong";

  private static final String CHECKER = "Envoy/HC";
  private static final Set<Kind> COLLECTORS =
      EnumSet.of(Kind.COLLECTOR, Kind.COLLECTOR_GRPC, Kind.COLLECTOR_GRPC_TLS);
  private static final Duration SETTLE = Duration.ofSeconds(3);

  private final Map<String, RecordingUpstream> recorders = new HashMap<>();
  private final Map<String, Collector> collectors = new TreeMap<>();
  private final Map<String, TcpUpstream> talkers = new HashMap<>();
  private final RefusingPort dead = new RefusingPort();
  private final List<SilentPort> silent = new ArrayList<>();
  private final Map<String, Integer> ports = new HashMap<>();
  private final List<Received> received = new ArrayList<>();
  private final Map<Arrival, Answer> answers = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private final List<Runnable> held = new ArrayList<>();
  private final List<Late> late = new ArrayList<>();
  private Answer.Plan plan = Answer.Plan.OK;
  private Answer.Plan checks = Answer.Plan.OK;
  private boolean released;

  Upstreams(Vertx vertx, Map<String, Kind> kinds, Certificates certificates) throws IOException {
    for (Map.Entry<String, Kind> one : kinds.entrySet()) {
      String name = one.getKey();
      Kind kind = one.getValue();
      if (kind == Kind.SILENT) {
        SilentPort port = new SilentPort();
        silent.add(port);
        ports.put(name, port.number());
      } else if (COLLECTORS.contains(kind)) {
        boolean tls = kind == Kind.COLLECTOR_GRPC_TLS;
        Collector collector =
            new Collector(vertx, kind != Kind.COLLECTOR, tls ? certificates.server("h2") : null);
        collectors.put(name, collector);
        ports.put(name, collector.port());
      } else if (kind == Kind.TCP) {
        TcpUpstream talker = new TcpUpstream(talk -> onTalk(name, talk));
        talkers.put(name, talker);
        ports.put(name, talker.port());
      } else {
        boolean http2 = kind == Kind.HTTP2 || kind == Kind.HTTP2_TLS;
        boolean tls = kind == Kind.HTTP1_TLS || kind == Kind.HTTP2_TLS;
        SslContext context = tls ? certificates.server(http2 ? "h2" : "http/1.1") : null;
        RecordingUpstream recorder =
            new RecordingUpstream(vertx, http2, context, 0)
                .onHead(arrival -> onHead(name, http2, arrival))
                .onEnd(arrival -> onEnd(name, http2, arrival));
        recorders.put(name, recorder);
        ports.put(name, recorder.port());
      }
    }
    ports.put("dead", dead.number());
  }

  void describe(Placeholders placeholders) {
    ports.forEach(placeholders::address);
  }

  /** The names of ports. */
  void describe(Masks masks) {
    ports.forEach((name, port) -> masks.port(port, name));
  }

  private synchronized Answer onTalk(String name, TcpUpstream.Talk talk) {
    int ofEndpoint = counts.merge(name, 1, Integer::sum) - 1;
    Answer answer = plan.at(name, ofEndpoint, received.size());
    received.add(new Received(name, null, answer, talk));
    return answer;
  }

  synchronized void begin(Answer.Plan next, Answer.Plan nextChecks) {
    collectors.values().forEach(Collector::begin);
    received.clear();
    answers.clear();
    counts.clear();
    held.clear();
    late.clear();
    released = false;
    plan = next;
    checks = nextChecks;
  }

  private void onHead(String name, boolean http2, Arrival arrival) {
    Answer answer;
    synchronized (this) {
      if (isCheck(arrival)) {
        // When they come is not for scenarios to say.
        answer = checks.at(name, 0, 0);
      } else {
        int ofEndpoint = counts.merge(name, 1, Integer::sum) - 1;
        answer = plan.at(name, ofEndpoint, received.size());
        answers.put(arrival, answer);
        received.add(new Received(name, arrival, answer, null));
      }
    }
    late().forEach(Runnable::run);
    answer.begin(arrival);
    if (answer.early()) {
      answer(name, http2, arrival, answer);
    }
  }

  private static boolean isCheck(Arrival arrival) {
    return arrival.headers("user-agent").contains(CHECKER);
  }

  private void onEnd(String name, boolean http2, Arrival arrival) {
    Answer answer;
    synchronized (this) {
      answer = isCheck(arrival) ? checks.at(name, 0, 0) : answers.get(arrival);
    }
    if (answer != null && !answer.early()) {
      answer(name, http2, arrival, answer);
    }
  }

  private void answer(String name, boolean http2, Arrival arrival, Answer planned) {
    RecordingUpstream recorder = recorders.get(name);
    Answer answer =
        planned.telling(
            recorder.resumed(arrival.connection), recorder.serverName(arrival.connection));
    synchronized (this) {
      if (answer.hang() && !released) {
        held.add(() -> answer.to(arrival, name, http2));
        return;
      }
      if (answer.after() > received.size()) {
        late.add(new Late(answer.after(), () -> answer.to(arrival, name, http2)));
        return;
      }
    }
    answer.to(arrival, name, http2);
  }

  /** Answers whose time has come. */
  private synchronized List<Runnable> late() {
    List<Runnable> due =
        late.stream().filter(one -> one.after <= received.size()).map(Late::answer).toList();
    late.removeIf(one -> one.after <= received.size());
    return due;
  }

  /** Waits for the heads of so many requests. */
  void awaitArrivals(int number) {
    await(number + " requests at the endpoints").until(() -> count() >= number);
  }

  synchronized int count() {
    return received.size();
  }

  /** What hangs is answered. */
  void release() {
    List<Runnable> waiting;
    synchronized (this) {
      released = true;
      waiting = List.copyOf(held);
    }
    waiting.forEach(Runnable::run);
  }

  /** What arrived, each request answered, or cut; unless that does not happen within a moment. */
  List<Received> settled() {
    try {
      await("every request to be over")
          .atMost(SETTLE)
          .until(() -> copy().stream().allMatch(Received::over));
    } catch (ConditionTimeoutException e) {
      // It is reported as open.
    }
    return copy();
  }

  /** A block of lines for each span, once collectors have got so many. */
  List<String> spans(int number, Masks masks) {
    try {
      await(number + " spans").atMost(SETTLE).until(() -> spans() >= number);
    } catch (ConditionTimeoutException e) {
      // What is missing will be seen.
    }
    Set<String> told = new HashSet<>();
    for (Received one : copy()) {
      if (one.arrival() != null) {
        one.arrival().headers("traceparent").forEach(value -> told.add(span(value)));
      }
    }
    List<String> texts = new ArrayList<>();
    collectors.values().forEach(collector -> texts.addAll(collector.texts(told, masks)));
    if (texts.size() != number) {
      texts.add(WRONG + ": there are " + texts.size() + " spans, not " + number);
    }
    return texts;
  }

  private int spans() {
    return collectors.values().stream().mapToInt(Collector::count).sum();
  }

  private static String span(String traceParent) {
    String[] parts = traceParent.split("-");
    return parts.length == 4 ? parts[2] : "";
  }

  private synchronized List<Received> copy() {
    return List.copyOf(received);
  }

  @Override
  public void close() throws Exception {
    recorders.values().forEach(RecordingUpstream::close);
    collectors.values().forEach(Collector::close);
    for (TcpUpstream talker : talkers.values()) {
      talker.close();
    }
    for (SilentPort port : silent) {
      port.close();
    }
    dead.close();
  }
}
