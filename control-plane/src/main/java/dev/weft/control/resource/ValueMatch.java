package dev.weft.control.resource;

/** A condition on a named value: a header or a query parameter. */
public record ValueMatch(Type type, String name, String value) {
  /** How values are compared. */
  public enum Type implements Token {
    EXACT("Exact"),
    REGULAR_EXPRESSION("RegularExpression");

    private final String token;

    Type(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }
  }
}
