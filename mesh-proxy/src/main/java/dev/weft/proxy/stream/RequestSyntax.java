package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What names, values and targets may look like (RFC 9110, section 5; RFC 9113, section 8.2), the
 * same for every protocol: a message that one side would read otherwise is refused.
 */
public final class RequestSyntax {
  private static final int MAX_PORT = 65_535;
  // "[::]" is the shortest: its bracket ends it at index 3.
  private static final int MIN_LITERAL = 3;
  private static final boolean[] TOKEN = new boolean[256];
  private static final AsciiString PROTOCOL = Http2Headers.PseudoHeaderName.PROTOCOL.value();
  private static final AsciiString HOST = AsciiString.cached("host");

  static {
    for (int c = '0'; c <= '9'; c++) {
      TOKEN[c] = true;
    }
    for (int c = 'a'; c <= 'z'; c++) {
      TOKEN[c] = true;
      TOKEN[c - 'a' + 'A'] = true;
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
      TOKEN[c] = true;
    }
  }

  private RequestSyntax() {}

  /** Whether a byte may stand in a method or a header name. */
  public static boolean isTokenByte(int b) {
    return TOKEN[b & 0xff];
  }

  /** Whether this is a token of at least one character. */
  public static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xff || !TOKEN[text.charAt(i)]) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  /** Whether a byte may stand in a header's value: anything but control characters, and the tab. */
  public static boolean isValueByte(int b) {
    int c = b & 0xff;
    return c >= 0x20 && c != 0x7f || c == '\t';
  }

  /** What is wrong with a header's value, or null. */
  public static @Nullable String valueProblem(CharSequence value) {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      if (!isValueByte(value.charAt(i))) {
        return "a control character";
      }
    }
    if (length > 0 && (isBlank(value.charAt(0)) || isBlank(value.charAt(length - 1)))) {
      return "a blank at its start or end";
    }
    return null;
  }

  /** What is wrong with an origin-form target, or the asterisk of OPTIONS; null if nothing is. */
  public static @Nullable String pathProblem(CharSequence method, CharSequence path) {
    if (path.isEmpty()) {
      return "the path is empty";
    }
    if (path.charAt(0) != '/') {
      boolean asterisk = path.length() == 1 && path.charAt(0) == '*';
      return asterisk && AsciiString.contentEquals(method, "OPTIONS")
          ? null
          : "the path does not start with a slash";
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= 0x20 || c >= 0x7f || c == '#' || c == '\\') {
        return "the path has a character that a path must escape";
      }
    }
    return null;
  }

  /**
   * What is wrong with a host with an optional port; null if nothing is. Stricter than RFC 3986: a
   * host that is written oddly ({@code a:}, {@code a..}) would pass by a rule for the plain one.
   */
  public static @Nullable String authorityProblem(CharSequence authority) {
    boolean literal = !authority.isEmpty() && authority.charAt(0) == '[';
    int end = literal ? literalEnd(authority) : nameEnd(authority);
    if (end <= 0) {
      return "the authority has no valid host";
    }
    return end == authority.length() || isPort(authority, end)
        ? null
        : "the authority has something else than a port after its host";
  }

  /** Whether there is a port after the host of an authority that has no problem. */
  public static boolean hasPort(CharSequence authority) {
    boolean literal = authority.charAt(0) == '[';
    return (literal ? literalEnd(authority) : nameEnd(authority)) < authority.length();
  }

  /** Where a name ends, no label of it empty; 0 if it is none. */
  private static int nameEnd(CharSequence authority) {
    char before = '.';
    int i = 0;
    for (; i < authority.length() && authority.charAt(i) != ':'; i++) {
      char c = authority.charAt(i);
      if (!isHostCharacter(c) || c == '.' && before == '.') {
        return 0;
      }
      before = c;
    }
    return i;
  }

  /** Where an IPv6 address in brackets ends; 0 if it does not. */
  private static int literalEnd(CharSequence authority) {
    for (int i = 1; i < authority.length(); i++) {
      char c = authority.charAt(i);
      if (c == ']') {
        return i < MIN_LITERAL ? 0 : i + 1;
      }
      if (!isHostCharacter(c)) {
        return 0;
      }
    }
    return 0;
  }

  private static boolean isHostCharacter(char c) {
    return c > 0x20 && c < 0x7f && "@/\\?#,<>\"{}|^`[]".indexOf(c) < 0;
  }

  private static boolean isPort(CharSequence authority, int colon) {
    int port = 0;
    for (int i = colon + 1; i < authority.length(); i++) {
      int digit = authority.charAt(i) - '0';
      port = port * 10 + digit;
      if (digit < 0 || digit > 9 || port > MAX_PORT) {
        return false;
      }
    }
    return authority.charAt(colon) == ':' && colon + 1 < authority.length();
  }

  /** The value of a {@code :status} of three digits from 100 to 599, or -1. */
  public static int status(@Nullable CharSequence status) {
    if (status == null || status.length() != 3) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < 3; i++) {
      int digit = status.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value >= 100 && value <= 599 ? value : -1;
  }

  /** What is wrong with the names and values of a section that came by HTTP/2; null if nothing. */
  public static @Nullable String fieldProblem(Http2Headers headers) {
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      CharSequence name = header.getKey();
      boolean pseudo = !name.isEmpty() && name.charAt(0) == ':';
      if (!pseudo && !isToken(name)) {
        return "a header name that is not a token";
      }
      String problem = valueProblem(header.getValue());
      if (problem != null) {
        return "header " + name + " has " + problem;
      }
    }
    return null;
  }

  /**
   * What is wrong with a request's head that came by HTTP/2; null if nothing. {@code host} becomes
   * {@code :authority}, which it must not contradict.
   *
   * @param extendedConnect whether the client was offered CONNECT with a protocol (RFC 8441)
   */
  public static @Nullable String requestProblem(Http2Headers headers, boolean extendedConnect) {
    CharSequence method = headers.method();
    CharSequence path = headers.path();
    CharSequence scheme = headers.scheme();
    if (method == null || !isToken(method)) {
      return "no valid :method";
    }
    String fields = fieldProblem(headers);
    if (fields != null) {
      return fields;
    }
    String host = takeHost(headers);
    if (host != null) {
      return host;
    }
    CharSequence protocol = headers.get(PROTOCOL);
    boolean connect = AsciiString.contentEquals(method, "CONNECT");
    if (protocol != null && !(connect && extendedConnect && isToken(protocol))) {
      return "a :protocol that was not offered";
    }
    if (connect && protocol == null) {
      return path == null && scheme == null ? null : "CONNECT with :path or :scheme";
    }
    if (scheme == null
        || !AsciiString.contentEquals(scheme, "http")
            && !AsciiString.contentEquals(scheme, "https")) {
      return "no :scheme of http or https";
    }
    return path == null ? "no :path" : pathProblem(method, path);
  }

  private static @Nullable String takeHost(Http2Headers headers) {
    CharSequence authority = headers.authority();
    CharSequence host = headers.get(HOST);
    if (host != null) {
      if (headers.getAll(HOST).size() > 1) {
        return "several host headers";
      }
      if (authority != null && !AsciiString.contentEqualsIgnoreCase(authority, host)) {
        return "host contradicts :authority";
      }
      headers.remove(HOST);
      if (authority == null) {
        authority = host;
        headers.authority(host);
      }
    }
    return authority == null ? "no :authority" : authorityProblem(authority);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
