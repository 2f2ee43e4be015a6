package dev.weft.proxy.format;

/** What of a value must not stand in a text as it is. */
public enum Escaping {
  /** Nothing: whoever uses the text takes care. */
  NONE,
  /** For the value of a header: what no header can carry becomes a blank. */
  HEADER,
  /** For lines: what ends a line or is obeyed by a terminal is written as {@code \u001b}. */
  CONTROLS,
  /** For lines whose values stand in quotes: quotes and backslashes get a backslash, too. */
  QUOTES
}
