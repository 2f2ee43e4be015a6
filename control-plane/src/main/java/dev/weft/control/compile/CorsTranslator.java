package dev.weft.control.compile;

import dev.weft.control.resource.RouteFilter;
import dev.weft.xds.model.CorsPolicy;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.StringMatch;
import java.util.List;
import java.util.Map;

/** {@code CORS} filters of a rule to what the proxy's filter is told for its routes. */
final class CorsTranslator {
  private static final String ANY = "*";

  private CorsTranslator() {}

  /** What a rule says of HTTP filters; empty where it says nothing. */
  static Map<String, FilterOverride> filters(List<RouteFilter> filters) {
    for (RouteFilter filter : filters) {
      if (filter instanceof RouteFilter.Cors cors) {
        return Map.of(FilterTranslator.CORS, new FilterOverride.Configure(policy(cors)));
      }
    }
    return Map.of();
  }

  private static CorsPolicy policy(RouteFilter.Cors cors) {
    return new CorsPolicy(
        cors.allowOrigins().stream().map(CorsTranslator::origin).toList(),
        String.join(",", cors.allowMethods()),
        String.join(",", cors.allowHeaders()),
        String.join(",", cors.exposeHeaders()),
        Integer.toString(cors.maxAge()),
        cors.allowCredentials(),
        false,
        // A preflight is answered here, whoever asks.
        false,
        Fraction.ALWAYS,
        Fraction.NEVER);
  }

  private static StringMatch origin(String origin) {
    int star = origin.indexOf(ANY);
    if (star < 0) {
      return new StringMatch.Exact(origin, true);
    }
    if (origin.equals(ANY)) {
      return new StringMatch.Exact(ANY, false);
    }
    return new StringMatch.Regex(
        "(?i)"
            + literal(origin.substring(0, star))
            + "[^/:]+"
            + literal(origin.substring(star + 1)));
  }

  private static String literal(String text) {
    return text.replace(".", "\\.");
  }
}
