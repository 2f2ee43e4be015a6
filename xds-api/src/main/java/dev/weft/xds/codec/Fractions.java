package dev.weft.xds.codec;

import dev.weft.xds.model.Fraction;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;

/** {@code envoy.type.v3.FractionalPercent}, and one that runtime may change. */
final class Fractions {
  private Fractions() {}

  static Fraction decode(RuntimeFractionalPercent fraction, DecodeScope scope) {
    scope.at("default_value").require(fraction.hasDefaultValue(), "must be set");
    return scope
        .runtime()
        .fraction(
            fraction.getRuntimeKey(),
            decode(fraction.getDefaultValue(), scope.at("default_value")));
  }

  static Fraction decode(FractionalPercent value, DecodeScope scope) {
    int denominator =
        switch (value.getDenominator()) {
          case HUNDRED -> 100;
          case TEN_THOUSAND -> 10_000;
          case MILLION -> 1_000_000;
          case UNRECOGNIZED -> {
            scope.at("denominator").problem("is not known");
            yield 100;
          }
        };
    // more than the whole is the whole
    long numerator = Math.min(Integer.toUnsignedLong(value.getNumerator()), denominator);
    return new Fraction((int) numerator, denominator);
  }

  static RuntimeFractionalPercent runtime(Fraction fraction) {
    return RuntimeFractionalPercent.newBuilder().setDefaultValue(encode(fraction)).build();
  }

  static FractionalPercent encode(Fraction fraction) {
    return FractionalPercent.newBuilder()
        .setNumerator(fraction.numerator())
        .setDenominator(
            switch (fraction.denominator()) {
              case 100 -> DenominatorType.HUNDRED;
              case 10_000 -> DenominatorType.TEN_THOUSAND;
              case 1_000_000 -> DenominatorType.MILLION;
              default ->
                  throw new IllegalArgumentException(
                      fraction + " has a denominator other than 100, 10000 and 1000000");
            })
        .build();
  }
}
