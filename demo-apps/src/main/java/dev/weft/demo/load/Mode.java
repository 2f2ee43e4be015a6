package dev.weft.demo.load;

/** A way of calling, and its share of the load in percent. */
public enum Mode {
  UNARY("unary", 35),
  SERVER_STREAM("server streaming", 12),
  CLIENT_STREAM("client streaming", 12),
  BIDI("bidirectional", 6),
  HTTP1("HTTP/1.1 JSON", 25),
  STOREFRONT("HTTP → gRPC", 10);

  private final String title;
  private final int share;

  Mode(String title, int share) {
    this.title = title;
    this.share = share;
  }

  /** For people. */
  public String title() {
    return title;
  }

  /** Percent of all calls. */
  public int share() {
    return share;
  }
}
