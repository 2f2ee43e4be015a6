package dev.weft.xds.codec;

import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.TraceSampling;
import io.envoyproxy.envoy.config.route.v3.Tracing;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.type.v3.Percent;

/** The messages of {@link TraceSampling}. */
final class TraceSamplings {
  private static final int HUNDRED = 100;
  private static final int TEN_THOUSAND = 10_000;
  private static final Fraction ALL = new Fraction(TEN_THOUSAND, TEN_THOUSAND);

  private TraceSamplings() {}

  static TraceSampling decode(HttpConnectionManager.Tracing tracing, DecodeScope scope) {
    return new TraceSampling(
        tracing.hasClientSampling()
            // Envoy has whole percents here
            ? new Fraction(
                (int) Percents.decode(tracing.getClientSampling(), scope.at("client_sampling")),
                HUNDRED)
            : Fraction.ALWAYS,
        tracing.hasRandomSampling()
            ? share(tracing.getRandomSampling(), scope.at("random_sampling"))
            : ALL,
        tracing.hasOverallSampling()
            ? share(tracing.getOverallSampling(), scope.at("overall_sampling"))
            : ALL);
  }

  private static Fraction share(Percent percent, DecodeScope scope) {
    return new Fraction((int) Math.round(Percents.decode(percent, scope) * HUNDRED), TEN_THOUSAND);
  }

  static TraceSampling decode(Tracing tracing, DecodeScope scope) {
    return new TraceSampling(
        tracing.hasClientSampling()
            ? Fractions.decode(tracing.getClientSampling(), scope.at("client_sampling"))
            : Fraction.ALWAYS,
        tracing.hasRandomSampling()
            ? Fractions.decode(tracing.getRandomSampling(), scope.at("random_sampling"))
            : ALL,
        tracing.hasOverallSampling()
            ? Fractions.decode(tracing.getOverallSampling(), scope.at("overall_sampling"))
            : ALL);
  }

  static HttpConnectionManager.Tracing.Builder ofManager(TraceSampling sampling) {
    return HttpConnectionManager.Tracing.newBuilder()
        .setClientSampling(percent(sampling.client()))
        .setRandomSampling(percent(sampling.random()))
        .setOverallSampling(percent(sampling.overall()));
  }

  private static Percent percent(Fraction fraction) {
    return Percent.newBuilder()
        .setValue((double) HUNDRED * fraction.numerator() / fraction.denominator())
        .build();
  }

  static Tracing.Builder ofRoute(TraceSampling sampling) {
    return Tracing.newBuilder()
        .setClientSampling(Fractions.encode(sampling.client()))
        .setRandomSampling(Fractions.encode(sampling.random()))
        .setOverallSampling(Fractions.encode(sampling.overall()));
  }
}
