package dev.weft.proxy.differential;

import dev.weft.proxy.testkit.Arrival;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an endpoint does with one request.
 *
 * @param hang wait until all other calls of the scenario are over
 * @param after wait until so many requests have arrived, this one among them; 0 for no wait
 * @param early do not wait for the end of the request
 * @param interim heads before the final one, sent as soon as the head of the request is there
 * @param status 0 for no answer: what follows is {@code then}
 * @param headers names and values in turn
 * @param body null for the name of the endpoint
 * @param framing of the body over HTTP/1.1
 * @param trailers names and values in turn
 * @param then what comes after, or instead of the end
 * @param code of a reset, over HTTP/2
 * @param raw instead of all that, bytes past any framing; null for none
 * @param steps of an endpoint that speaks bytes; empty to echo them
 */
record Answer(
    boolean hang,
    int after,
    boolean early,
    List<Interim> interim,
    int status,
    List<String> headers,
    String body,
    Framing framing,
    List<String> trailers,
    Then then,
    int code,
    String raw,
    List<Call.Step> steps) {

  enum Framing {
    LENGTH,
    CHUNKED,
    CLOSE
  }

  enum Then {
    END,
    RESET,
    CLOSE,
    HANG
  }

  /** An answer before the answer. */
  record Interim(int status, List<String> headers) {}

  static final Answer OK = of(200, null, Then.END, false);
  private static final int INTERNAL_ERROR = 2;

  /** A value of a header that stands for {@code whole} or {@code resumed}. */
  private static final String HANDSHAKE = "%handshake%";

  /** A value of a header that stands for the server name that was asked for. */
  private static final String SERVER_NAME = "%server-name%";

  private static Answer of(int status, String body, Then then, boolean hang) {
    return new Answer(
        hang,
        0,
        false,
        List.of(),
        status,
        List.of(),
        body,
        Framing.LENGTH,
        List.of(),
        then,
        INTERNAL_ERROR,
        null,
        List.of());
  }

  /** A status, {@code ok}, {@code reset}, {@code close}, {@code hang}, or the whole of it. */
  static Answer read(Node node) {
    if (node.isNumber()) {
      return of(node.number(), "", Then.END, false);
    }
    if (!node.isMap()) {
      return switch (node.text()) {
        case "ok" -> OK;
        case "reset" -> of(0, "", Then.RESET, false);
        case "close" -> of(0, "", Then.CLOSE, false);
        case "hang" -> of(200, null, Then.END, true);
        default -> throw node.wrong("must be a status, ok, reset, close or hang");
      };
    }
    List<Interim> interim = new ArrayList<>();
    Node before = node.get("interim");
    if (before != null) {
      for (Node one : before.list()) {
        interim.add(
            one.isNumber()
                ? new Interim(one.number(), List.of())
                : new Interim(one.need("status").number(), one.pairs("headers")));
      }
    }
    Node then = node.get("then");
    Node status = node.get("status");
    Answer answer =
        new Answer(
            node.truth("hang", false),
            node.number("after", 0),
            node.truth("early", false),
            interim,
            status == null ? then == null ? 200 : 0 : status.number(),
            node.pairs("headers"),
            node.text("body", null),
            Framing.valueOf(node.text("framing", "length").toUpperCase(java.util.Locale.ROOT)),
            node.pairs("trailers"),
            then == null ? Then.END : Then.valueOf(then.text().toUpperCase(java.util.Locale.ROOT)),
            node.number("code", INTERNAL_ERROR),
            node.text("raw", null),
            Call.Step.read(node.get("steps")));
    node.end();
    return answer;
  }

  /** The same with what the handshake of its connection was, where a header asks for that. */
  Answer telling(boolean resumed, String serverName) {
    if (!headers.contains(HANDSHAKE) && !headers.contains(SERVER_NAME)) {
      return this;
    }
    List<String> told =
        headers.stream()
            .map(
                text ->
                    switch (text) {
                      case HANDSHAKE -> resumed ? "resumed" : "whole";
                      case SERVER_NAME -> serverName.isEmpty() ? "none" : serverName;
                      default -> text;
                    })
            .toList();
    return new Answer(
        hang, after, early, interim, status, told, body, framing, trailers, then, code, raw, steps);
  }

  /** Whether the endpoint itself ends it early. */
  boolean breaksOff() {
    return then == Then.RESET || then == Then.CLOSE;
  }

  /** Sends what comes before the answer, once the head of the request is there. */
  void begin(Arrival arrival) {
    for (Interim one : interim) {
      arrival.head(one.status(), one.headers().toArray(String[]::new));
    }
  }

  /** Answers, on any thread. */
  void to(Arrival arrival, String endpoint, boolean http2) {
    if (arrival.cut() != null) {
      return;
    }
    if (raw != null) {
      arrival.raw(raw);
    } else if (status != 0) {
      message(arrival, body == null ? endpoint : body, http2);
    }
    switch (then) {
      case RESET -> arrival.reset(code);
      case CLOSE -> arrival.close();
      case END, HANG -> {
        // The message has ended, or never does.
      }
    }
  }

  private void message(Arrival arrival, String text, boolean http2) {
    List<String> head = new ArrayList<>(headers);
    boolean whole = then != Then.RESET && then != Then.HANG && trailers.isEmpty();
    boolean bodiless = status == 204 || status == 304;
    if (!http2
        && !bodiless
        && framing == Framing.LENGTH
        && trailers.isEmpty()
        && !has("content-length")) {
      head.add("content-length");
      head.add(Integer.toString(text.length()));
    }
    String[] fields = head.toArray(String[]::new);
    if (arrival.method().equals("HEAD")) {
      arrival.headOnly(status, fields);
      return;
    }
    if (framing == Framing.CLOSE && !http2
        || whole && text.isEmpty() && framing != Framing.CHUNKED) {
      arrival.headOnly(status, fields);
      if (!text.isEmpty()) {
        arrival.raw(text);
      }
    } else {
      arrival.head(status, fields);
      arrival.data(text, whole && (then == Then.END || http2));
    }
    if (!trailers.isEmpty()) {
      arrival.trailers(trailers.toArray(String[]::new));
    }
    if (framing == Framing.CLOSE && !http2) {
      arrival.close();
    }
  }

  private boolean has(String name) {
    for (int i = 0; i < headers.size(); i += 2) {
      if (headers.get(i).equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  /** What endpoints do, in the order of arrival, each or all together. */
  record Plan(List<Answer> together, Map<String, List<Answer>> each) {
    static final Plan OK = new Plan(List.of(), Map.of());

    static Plan read(Node node) {
      if (node == null) {
        return OK;
      }
      boolean byName =
          node.isMap()
              && node.raw() instanceof Map<?, ?> map
              && map.keySet().stream().allMatch(key -> key.toString().length() == 1);
      if (!byName) {
        return new Plan(node.list().stream().map(Answer::read).toList(), Map.of());
      }
      Map<String, List<Answer>> each = new java.util.HashMap<>();
      node.entries()
          .forEach((name, list) -> each.put(name, list.list().stream().map(Answer::read).toList()));
      return new Plan(List.of(), each);
    }

    /** The answer to a request; the last one goes on for all that follow. */
    Answer at(String endpoint, int ofEndpoint, int ofAll) {
      List<Answer> own = each.getOrDefault(endpoint, List.of());
      if (!own.isEmpty()) {
        return own.get(Math.min(ofEndpoint, own.size() - 1));
      }
      return together.isEmpty() ? Answer.OK : together.get(Math.min(ofAll, together.size() - 1));
    }
  }
}
