package dev.weft.proxy.telemetry;

import java.util.Locale;

/** Why a request counts as traced, and its mark in Envoy's request ids. */
public enum TraceReason {
  RANDOM_SAMPLING('9'),
  SERVICE_FORCED('a'),
  CLIENT_ENABLED('b'),
  NOT_TRACEABLE('4');

  private final char mark;

  TraceReason(char mark) {
    this.mark = mark;
  }

  /** The digit of a random UUID's version, or what is in its place. */
  public char mark() {
    return mark;
  }

  /** The reason that a mark says; none for any other character. */
  public static TraceReason of(char mark) {
    return switch (mark) {
      case '9' -> RANDOM_SAMPLING;
      case 'a' -> SERVICE_FORCED;
      case 'b' -> CLIENT_ENABLED;
      default -> NOT_TRACEABLE;
    };
  }

  /** The statistic, below {@code http.PREFIX}. */
  String statistic() {
    return "tracing." + name().toLowerCase(Locale.ROOT);
  }
}
