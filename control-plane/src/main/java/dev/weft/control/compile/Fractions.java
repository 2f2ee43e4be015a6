package dev.weft.control.compile;

import dev.weft.control.resource.RouteFilter;
import dev.weft.xds.model.Fraction;

/** Parts of a whole as users write them, to the three denominators that xDS has. */
final class Fractions {
  private static final int HUNDRED = 100;
  private static final int MILLION = 1_000_000;

  private Fractions() {}

  /** To a millionth; what is more than nothing stays more than nothing. */
  static Fraction of(RouteFilter.Part part) {
    if (part.denominator() == HUNDRED || part.denominator() == MILLION) {
      return new Fraction(part.numerator(), part.denominator());
    }
    long millionths = (long) part.numerator() * MILLION / part.denominator();
    return part.numerator() == 0
        ? Fraction.NEVER
        : new Fraction((int) Math.max(1, millionths), MILLION);
  }

  /** Percent, 0..100; to a millionth. */
  static Fraction ofPercent(double percent) {
    long millionths = Math.round(percent * MILLION / HUNDRED);
    return millionths % (MILLION / HUNDRED) == 0
        ? new Fraction((int) (millionths * HUNDRED / MILLION), HUNDRED)
        : new Fraction((int) millionths, MILLION);
  }
}
