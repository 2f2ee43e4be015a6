package dev.weft.xds.model;

/** Names as they become part of statistics' names. */
public final class StatText {
  private StatText() {}

  /** As Envoy writes it: an underscore for each colon, and the slashes beside it. */
  public static String of(String name) {
    return name.indexOf(':') < 0
        ? name
        : name.replace("://", "_").replace(":/", "_").replace(':', '_');
  }
}
