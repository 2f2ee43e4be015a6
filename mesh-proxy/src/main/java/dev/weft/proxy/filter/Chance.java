package dev.weft.proxy.filter;

import dev.weft.xds.model.Fraction;
import java.util.concurrent.ThreadLocalRandom;

/** Draws lots for requests. From any thread. */
public final class Chance {
  private Chance() {}

  /** Whether this one is among the fraction. */
  public static boolean hits(Fraction fraction) {
    return hits(fraction.numerator(), fraction.denominator());
  }

  /** Whether this one is among so many of so many. */
  public static boolean hits(int numerator, int denominator) {
    return numerator >= denominator
        || numerator > 0 && ThreadLocalRandom.current().nextInt(denominator) < numerator;
  }
}
