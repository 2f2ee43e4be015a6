package dev.weft.proxy.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * What a client sends.
 *
 * @param host null for no such header
 * @param headers names and values in turn
 * @param body empty for none
 * @param chunked whether it is framed in chunks over HTTP/1.1
 * @param pieces how the body is cut, each piece sent by itself
 * @param trailers names and values in turn
 * @param unfinished whether the request never ends
 * @param expect whether the body waits for a 100
 * @param again whether it goes on the connection of the call before
 * @param leave what is waited for instead of the answer; null to wait for that
 * @param until what is waited for once the answer is there; null for nothing
 * @param abort whether the client goes away as soon as an endpoint has the head
 * @param raw bytes instead of all that; null for none
 * @param answers how many answers are read
 * @param steps a conversation in bytes; empty for none
 */
record Call(
    String method,
    String path,
    String host,
    List<String> headers,
    String body,
    boolean chunked,
    List<String> trailers,
    boolean unfinished,
    boolean expect,
    boolean again,
    Leave leave,
    Statistic until,
    boolean abort,
    String raw,
    int answers,
    List<Step> steps) {

  static final String HOST = "test.example";

  /**
   * A call that is left alone for a while.
   *
   * @param until what has to be counted first; null for the arrival of the request
   */
  record Leave(Statistic until) {}

  /** A statistic and the value that is waited for. */
  record Statistic(String name, int value) {
    private static Statistic read(Node node) {
      Statistic statistic = new Statistic(node.need("statistic").text(), node.need("is").number());
      node.end();
      return statistic;
    }
  }

  /** A step of a conversation. */
  sealed interface Step {
    /** Sends bytes. */
    record Send(String bytes) implements Step {}

    /** Reads until it has read this. */
    record Read(String until) implements Step {}

    /** Sends no more. */
    record End() implements Step {}

    /** Reads until there is no more. */
    record ReadEnd() implements Step {}

    /** Cuts the connection. */
    record Reset() implements Step {}

    /** Sends back what comes, until there is no more. */
    record Echo() implements Step {}

    static List<Step> read(Node node) {
      List<Step> steps = new ArrayList<>();
      if (node == null) {
        return steps;
      }
      for (Node one : node.list()) {
        if (one.isMap()) {
          one.entries()
              .forEach(
                  (what, text) ->
                      steps.add(
                          switch (what) {
                            case "send" -> new Send(text.text());
                            case "read" -> new Read(text.text());
                            default -> throw one.wrong("must be send or read");
                          }));
        } else {
          steps.add(
              switch (one.text()) {
                case "end" -> new End();
                case "read-end" -> new ReadEnd();
                case "reset" -> new Reset();
                case "echo" -> new Echo();
                default -> throw one.wrong("must be send, read, end, read-end, reset or echo");
              });
        }
      }
      return steps;
    }
  }

  /** {@code METHOD PATH}, or the whole of it. */
  static Call read(Node node) {
    if (!node.isMap()) {
      String[] words = node.text().split(" ", 2);
      if (words.length != 2) {
        throw node.wrong("must be METHOD PATH");
      }
      return new Call(
          words[0], words[1], HOST, List.of(), "", false, List.of(), false, false, false, null,
          null, false, null, 1, List.of());
    }
    String body = body(node);
    Node host = node.get("host");
    Call call =
        new Call(
            node.text("method", body.isEmpty() ? "GET" : "POST"),
            node.text("path", "/"),
            host == null ? HOST : Boolean.FALSE.equals(host.raw()) ? null : host.text(),
            node.pairs("headers"),
            body,
            node.truth("chunked", false),
            node.pairs("trailers"),
            node.truth("unfinished", false),
            node.truth("expect", false),
            node.truth("again", false),
            leave(node.get("leave")),
            node.get("until") == null ? null : Statistic.read(node.get("until")),
            node.truth("abort", false),
            node.text("raw", null),
            node.number("answers", 1),
            Step.read(node.get("steps")));
    node.end();
    return call;
  }

  /** Text, or so many bytes. */
  private static String body(Node node) {
    Node body = node.get("body");
    if (body == null) {
      return "";
    }
    return body.isNumber()
        ? "0123456789abcdef".repeat(body.number() / 16 + 1).substring(0, body.number())
        : body.text();
  }

  private static Leave leave(Node node) {
    if (node == null) {
      return null;
    }
    return new Leave(node.isMap() ? Statistic.read(node) : null);
  }

  boolean has(String name) {
    for (int i = 0; i < headers.size(); i += 2) {
      if (headers.get(i).equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  /** As reports name it. */
  String label() {
    return raw != null ? "raw bytes" : steps.isEmpty() ? method + " " + path : "conversation";
  }

  Call repeated() {
    return new Call(
        method,
        path,
        host,
        headers,
        body,
        chunked,
        trailers,
        unfinished,
        expect,
        true,
        leave,
        until,
        abort,
        raw,
        answers,
        steps);
  }
}
