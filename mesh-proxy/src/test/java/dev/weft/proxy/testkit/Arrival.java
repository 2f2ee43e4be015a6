package dev.weft.proxy.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One request as an endpoint received it, whole or not, and the way to answer it. What is read may
 * be asked for on any thread; answers go out from any thread, too.
 */
public final class Arrival {
  /** How an endpoint writes. */
  interface Answers {
    /**
     * @param headers names and values in turn
     */
    void head(int status, boolean end, String... headers);

    void data(byte[] bytes, boolean end);

    /**
     * @param trailers names and values in turn
     */
    void trailers(String... trailers);

    /** HTTP/2: RST_STREAM; HTTP/1.1: the connection is cut with a reset. */
    void reset(long code);

    /** Bytes past all framing. */
    void raw(byte[] bytes);

    /** Ends the connection, once what was written has gone. */
    void close();
  }

  /** Which connection of the endpoint it came on, from 1. */
  public final int connection;

  private final List<Map.Entry<String, String>> head;
  private final StringBuffer body = new StringBuffer();
  private final Queue<Map.Entry<String, String>> trailers = new ConcurrentLinkedQueue<>();
  private final AtomicLong sent = new AtomicLong();
  private final Answers answers;
  private volatile boolean complete;
  private volatile boolean answered;
  private volatile String cut;

  /**
   * @param head pseudo-headers first; those of HTTP/1.1 are made of its request line
   */
  Arrival(int connection, List<Map.Entry<String, String>> head, Answers answers) {
    this.connection = connection;
    this.head = List.copyOf(head);
    this.answers = answers;
  }

  public String path() {
    return header(":path");
  }

  public String method() {
    return header(":method");
  }

  /** Names as they came, in the order they came. */
  public List<Map.Entry<String, String>> head() {
    return head;
  }

  /** The values of a header, in order, whatever the case of its name. */
  public List<String> headers(String name) {
    return head.stream()
        .filter(h -> h.getKey().toLowerCase(Locale.ROOT).equals(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** A header's only value; null without it. */
  public String header(String name) {
    List<String> values = headers(name);
    if (values.size() > 1) {
      throw new AssertionError("several values of " + name + ": " + values);
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  /** What came of the body so far, a character to a byte. */
  public String body() {
    return body.toString();
  }

  public Queue<Map.Entry<String, String>> trailers() {
    return trailers;
  }

  /** Whether it ended as its framing says. */
  public boolean complete() {
    return complete;
  }

  /**
   * How it was given up before it was answered completely: {@code closed} or {@code reset CODE};
   * null if it was not.
   */
  public String cut() {
    return cut;
  }

  void onBody(String bytes) {
    body.append(bytes);
  }

  void onTrailer(String name, String value) {
    trailers.add(Map.entry(name, value));
  }

  void onEnd() {
    complete = true;
  }

  /** How many bytes of the answer's body its socket has taken. */
  public long sent() {
    return sent.get();
  }

  void onSent(int bytes) {
    sent.addAndGet(bytes);
  }

  void onReset(long code) {
    cut = "reset " + code;
  }

  void onCut(String how) {
    if (!(complete && answered) && cut == null) {
      cut = how;
    }
  }

  /** A whole answer. */
  public void answer(int status, String text) {
    head(status, "content-length", Integer.toString(text.length()));
    data(text, true);
  }

  /** The head of an answer; more follows. */
  public void head(int status, String... headers) {
    answers.head(status, false, headers);
  }

  /** The head of an answer that has nothing else. */
  public void headOnly(int status, String... headers) {
    answered = true;
    answers.head(status, true, headers);
  }

  public void data(String text, boolean end) {
    answered |= end;
    answers.data(text.getBytes(StandardCharsets.ISO_8859_1), end);
  }

  public void trailers(String... names) {
    answered = true;
    answers.trailers(names);
  }

  public void reset(long code) {
    answers.reset(code);
  }

  /** Whether all of an answer was written. */
  public boolean answered() {
    return answered;
  }

  /** Bytes past all framing, a character to a byte. */
  public void raw(String bytes) {
    answered = true;
    answers.raw(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Ends the connection, once what was written has gone. */
  public void close() {
    answers.close();
  }

  @Override
  public String toString() {
    return method()
        + " "
        + path()
        + " on "
        + connection
        + (complete ? " complete" : cut != null ? " cut: " + cut : " open")
        + ", "
        + body.length()
        + " bytes";
  }
}
