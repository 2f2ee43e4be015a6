package dev.weft.proxy.differential;

import dev.weft.proxy.testkit.RawClient;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Speaks HTTP/1.1 by the byte, or any bytes. */
final class Http1Caller implements Caller {
  private static final String LINE_END = "\r\n";
  private static final String NO_ANSWER = "the end without an answer";
  private static final int SWITCHING_PROTOCOLS = 101;

  private final RawClient client;
  private final Scenario scenario;
  private final Masks masks;
  private final StringBuilder body = new StringBuilder();
  private boolean closing;

  private Http1Caller(RawClient client, Scenario scenario, Masks masks) {
    this.client = client;
    this.scenario = scenario;
    this.masks = masks;
  }

  static Http1Caller connect(int port, Certificates certificates, Scenario scenario, Masks masks)
      throws IOException {
    Socket wire = new Socket("127.0.0.1", port);
    Socket socket = scenario.tls() == null ? wire : certificates.connect(wire, scenario.tls());
    return new Http1Caller(new RawClient(socket), scenario, masks);
  }

  @Override
  public void send(Call call) {
    if (!call.steps().isEmpty()) {
      return;
    }
    String bytes =
        call.raw() != null ? call.raw() : call.expect() ? head(call) : head(call) + body(call);
    try {
      client.send(bytes);
    } catch (IOException e) {
      // The other side takes no more; what it says of that is still to be read.
    }
  }

  private static String head(Call call) {
    StringBuilder head = new StringBuilder();
    head.append(call.method()).append(' ').append(call.path()).append(" HTTP/1.1\r\n");
    if (call.host() != null) {
      head.append("host: ").append(call.host()).append(LINE_END);
    }
    for (int i = 0; i < call.headers().size(); i += 2) {
      head.append(call.headers().get(i)).append(": ").append(call.headers().get(i + 1));
      head.append(LINE_END);
    }
    if (chunked(call)) {
      head.append("transfer-encoding: chunked\r\n");
    } else if (!call.body().isEmpty() && !call.has("content-length")) {
      head.append("content-length: ").append(call.body().length()).append(LINE_END);
    }
    return head.append(LINE_END).toString();
  }

  private static boolean chunked(Call call) {
    return call.chunked() || !call.trailers().isEmpty();
  }

  private static String body(Call call) {
    if (!chunked(call)) {
      return call.body();
    }
    StringBuilder body = new StringBuilder();
    if (!call.body().isEmpty()) {
      body.append(Integer.toHexString(call.body().length())).append(LINE_END);
      body.append(call.body()).append(LINE_END);
    }
    if (!call.unfinished()) {
      body.append("0\r\n");
      for (int i = 0; i < call.trailers().size(); i += 2) {
        body.append(call.trailers().get(i)).append(": ").append(call.trailers().get(i + 1));
        body.append(LINE_END);
      }
      body.append(LINE_END);
    }
    return body.toString();
  }

  @Override
  public void finish(Call call, Exchange into) {
    try {
      if (!call.steps().isEmpty()) {
        Conversation.hold(client, call.steps(), text -> into.add(described(text)));
        return;
      }
      for (int i = 0; i < call.answers(); i++) {
        answer(call, into);
      }
      if (closing) {
        into.add(end());
      }
    } catch (SocketTimeoutException e) {
      into.add("silence after " + Exchange.quoted(body.toString()));
    } catch (IOException e) {
      // Whether an alert of TLS can still be read is chance.
      into.add(
          scenario.tls() != null && body.isEmpty()
              ? NO_ANSWER
              : "cut by a reset after " + Exchange.quoted(body.toString()));
    }
  }

  /** Bytes, but of a head of HTTP the fields in order of their names. */
  private String described(String text) {
    int end = text.indexOf("\r\n\r\n");
    if (!text.startsWith("HTTP/1.") || end < 0) {
      return "read " + Exchange.quoted(text);
    }
    List<String> lines = List.of(text.substring(0, end).split(LINE_END));
    return "read "
        + lines.getFirst()
        + " "
        + Exchange.fields(fields(lines.subList(1, lines.size())), scenario, masks)
        + " "
        + Exchange.quoted(text.substring(end + 4));
  }

  /** How a connection ends of which that was said. */
  private String end() throws IOException {
    StringBuilder more = new StringBuilder();
    try {
      for (int b = client.next(); b >= 0; b = client.next()) {
        more.append((char) b);
      }
    } catch (SocketTimeoutException e) {
      return "which stays open";
    } catch (IOException e) {
      // A reset ends it as well.
    }
    return more.isEmpty() ? "then the end" : "then more: " + Exchange.quoted(more.toString());
  }

  private void answer(Call call, Exchange into) throws IOException {
    body.setLength(0);
    boolean pending = call.expect();
    while (true) {
      String head = head();
      if (head.isEmpty()) {
        into.add(NO_ANSWER);
        closing = false;
        return;
      }
      List<String> lines = List.of(head.split(LINE_END));
      List<Map.Entry<String, String>> fields = fields(lines.subList(1, lines.size()));
      String[] first = lines.getFirst().split(" ", 3);
      int status = Integer.parseInt(first[1]);
      into.head(first[0] + " " + first[1], fields, scenario, masks);
      if (status < 200 && status != SWITCHING_PROTOCOLS) {
        if (pending) {
          client.send(body(call));
          pending = false;
        }
        continue;
      }
      boolean whole = body(call, status, fields);
      into.result(first[1], body.toString());
      if (!scenario.ignores("body")) {
        into.add("body " + Exchange.quoted(body.toString()) + (whole ? "" : ", cut by the end"));
      }
      String connection = String.join(",", values(fields, "connection")).toLowerCase(Locale.ROOT);
      closing =
          whole
              && (connection.contains("close")
                  || first[0].equals("HTTP/1.0") && !connection.contains("keep-alive"));
      return;
    }
  }

  /** Up to the empty line; empty if the connection ends before the first byte. */
  private String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = client.next();
      if (b < 0) {
        if (!head.isEmpty()) {
          throw new IOException("the head ends early: " + head);
        }
        return "";
      }
      head.append((char) b);
    }
    return head.toString();
  }

  private static List<Map.Entry<String, String>> fields(List<String> lines) {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      fields.add(
          colon < 0
              ? Map.entry(line, "")
              : Map.entry(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return fields;
  }

  private static List<String> values(List<Map.Entry<String, String>> fields, String name) {
    return fields.stream()
        .filter(field -> field.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Reads the body; whether it ended as its framing says. */
  private boolean body(Call call, int status, List<Map.Entry<String, String>> fields)
      throws IOException {
    if (call.method().equals("HEAD")
        || status == SWITCHING_PROTOCOLS
        || status == 204
        || status == 304) {
      return true;
    }
    List<String> length = values(fields, "content-length");
    if (!values(fields, "transfer-encoding").isEmpty()) {
      return chunks();
    }
    if (!length.isEmpty()) {
      return take(Integer.parseInt(length.getFirst()));
    }
    for (int b = client.next(); b >= 0; b = client.next()) {
      body.append((char) b);
    }
    return true;
  }

  private boolean take(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      int b = client.next();
      if (b < 0) {
        return false;
      }
      body.append((char) b);
    }
    return true;
  }

  /** Chunks, and trailers, which are shown as a part of the body. */
  private boolean chunks() throws IOException {
    while (true) {
      String line = line();
      if (line == null) {
        return false;
      }
      int size = Integer.parseInt(line.strip(), 16);
      if (size == 0) {
        break;
      }
      if (!take(size) || line() == null) {
        return false;
      }
    }
    for (String line = line(); line != null; line = line()) {
      if (line.isEmpty()) {
        return true;
      }
      body.append("\n[trailer] ").append(line);
    }
    return false;
  }

  /** A line without its end; null if there is none. */
  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = client.next(); b >= 0; b = client.next()) {
      if (b == '\n') {
        return line.toString().strip();
      }
      line.append((char) b);
    }
    return null;
  }

  @Override
  public void abort() throws IOException {
    client.abort();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
