package dev.weft.proxy.differential;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is sent, what the endpoints do, and what is compared.
 *
 * @param listener its name; null for the first
 * @param tls how the client speaks TLS; null for plaintext
 * @param with values for placeholders of the bootstrap
 * @param calls one after the other
 * @param checks what endpoints do with health checks, which are not compared
 * @param repeat how often the calls are made; only shares are compared then if more than once
 * @param within how far shares may be apart
 * @param ordered whether the order of calls at endpoints counts
 * @param arrivals how many requests the endpoints are waited for to get; 0 where answers tell
 * @param alike whether it does not count which endpoint is which
 * @param ignored what is not compared: sections, or names of headers
 * @param statistics those whose growth is compared
 * @param logLines how many lines the access log gets; -1 for one a call
 * @param events how many lines the event log gets at least; 0 where they are not compared
 * @param spans how many spans the collectors get
 * @param verdict what is to come of it
 * @param reason key of a deliberate difference, what is wrong with Weft, or the field that Weft
 *     refuses; null if both must agree
 * @param in the sections where that shows; all others must agree
 */
record Scenario(
    String name,
    String listener,
    Protocol protocol,
    Tls tls,
    Map<String, Node> with,
    List<Call> calls,
    Answer.Plan answers,
    Answer.Plan checks,
    int repeat,
    double within,
    boolean ordered,
    int arrivals,
    boolean alike,
    List<String> ignored,
    List<String> statistics,
    int logLines,
    int events,
    int spans,
    Verdict verdict,
    String reason,
    List<String> in) {

  enum Protocol {
    HTTP1,
    HTTP2
  }

  /** What may come of a scenario. */
  enum Verdict {
    /** Both do the same. */
    AGREE,
    /** They differ, and that is meant: {@code docs/envoy-differences.md}. */
    DIFFERENCE,
    /** They differ, and Weft is to be mended. */
    FAULT,
    /** Both refuse the bootstrap. */
    REFUSED,
    /** Envoy takes the bootstrap, Weft refuses it by the path of a field. */
    UNSUPPORTED
  }

  /**
   * A client's TLS.
   *
   * @param name of the server; null for none
   * @param certificate which certificate it has; null for none
   */
  /**
   * A client's TLS; an empty list is what is usual.
   *
   * @param schemes of signatures
   */
  record Tls(
      String name,
      List<String> alpn,
      String certificate,
      List<String> versions,
      List<String> suites,
      List<String> schemes,
      List<String> groups) {
    boolean usual() {
      return schemes.isEmpty() && suites.isEmpty() && groups.isEmpty();
    }
  }

  static Scenario read(Node node) {
    Node with = node.get("with");
    Node send = node.get("send");
    Node shares = node.get("shares");
    Verdict verdict = Verdict.AGREE;
    String reason = null;
    if (node.truth("refused", false)) {
      verdict = Verdict.REFUSED;
    }
    for (Verdict reasoned : List.of(Verdict.DIFFERENCE, Verdict.FAULT, Verdict.UNSUPPORTED)) {
      String found = node.text(reasoned.name().toLowerCase(Locale.ROOT), null);
      if (found != null && verdict != Verdict.AGREE) {
        throw node.wrong("has two verdicts");
      }
      if (found != null) {
        verdict = reasoned;
        reason = found;
      }
    }
    boolean runs = verdict != Verdict.REFUSED && verdict != Verdict.UNSUPPORTED;
    if (runs != (send != null)) {
      throw node.wrong("must have send, unless a bootstrap is refused");
    }
    Scenario scenario =
        new Scenario(
            node.need("name").text(),
            node.text("listener", null),
            Protocol.valueOf(node.text("protocol", "http1").toUpperCase(Locale.ROOT)),
            tls(node.get("tls")),
            with == null ? Map.of() : with.entries(),
            send == null ? List.of() : send.list().stream().map(Call::read).toList(),
            Answer.Plan.read(node.get("upstream")),
            Answer.Plan.read(node.get("checks")),
            shares == null ? 1 : shares.need("of").number(),
            shares == null ? 0 : shares.need("within").decimal(),
            node.truth("ordered", true),
            node.number("arrivals", 0),
            node.truth("alike", false),
            node.texts("ignore"),
            node.texts("statistics"),
            node.number("log", -1),
            node.number("events", 0),
            node.number("spans", 0),
            verdict,
            reason,
            node.texts("in"));
    if (shares != null) {
      shares.end();
    }
    boolean differs = verdict == Verdict.DIFFERENCE || verdict == Verdict.FAULT;
    if (differs == scenario.in.isEmpty() || !Observation.SECTIONS.containsAll(scenario.in)) {
      throw node.wrong("must have \"in\" with a difference or fault: of " + Observation.SECTIONS);
    }
    node.end();
    return scenario;
  }

  private static Tls tls(Node node) {
    if (node == null) {
      return null;
    }
    Tls tls =
        new Tls(
            node.text("name", null),
            node.texts("alpn"),
            node.text("certificate", null),
            node.texts("versions"),
            node.texts("suites"),
            node.texts("schemes"),
            node.texts("groups"));
    node.end();
    return tls;
  }

  boolean ignores(String what) {
    return ignored.contains(what);
  }
}
