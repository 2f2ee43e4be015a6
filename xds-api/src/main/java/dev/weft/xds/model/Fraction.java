package dev.weft.xds.model;

/** {@code numerator} of {@code denominator}; the denominator is 100, 10,000 or 1,000,000. */
public record Fraction(int numerator, int denominator) {
  /** None. */
  public static final Fraction NEVER = new Fraction(0, 100);

  /** All. */
  public static final Fraction ALWAYS = new Fraction(100, 100);
}
