package dev.weft.control.resource;

import java.util.List;

/** What a schema cannot say about a {@code CORS} filter, and about the rule that has one. */
final class CorsChecks {
  private static final String ANY = "*";

  private CorsChecks() {}

  static void cors(RouteFilter.Cors cors, String at, Findings findings) {
    wildcard(cors.allowOrigins(), false, at + "/allowOrigins", findings);
    boolean literal = cors.allowCredentials();
    wildcard(cors.allowMethods(), literal, at + "/allowMethods", findings);
    wildcard(cors.allowHeaders(), literal, at + "/allowHeaders", findings);
    wildcard(cors.exposeHeaders(), literal, at + "/exposeHeaders", findings);
    for (int i = 0; i < cors.allowOrigins().size(); i++) {
      findings.require(
          hasPort(cors.allowOrigins().get(i)),
          at + "/allowOrigins/" + i,
          "has a port that there is not",
          "use 1 to 65535, or none");
    }
  }

  private static boolean hasPort(String origin) {
    int colon = origin.lastIndexOf(':');
    if (colon < 0 || !Character.isDigit(origin.charAt(colon + 1))) {
      return true;
    }
    int port = Integer.parseInt(origin.substring(colon + 1));
    return port >= 1 && port <= 65_535;
  }

  /** Browsers take {@code *} as it stands where credentials are allowed. */
  private static void wildcard(List<String> values, boolean literal, String at, Findings findings) {
    if (!values.contains(ANY)) {
      return;
    }
    findings.require(
        values.size() == 1, at, "has * beside others", "leave out the others, or the *");
    findings.require(
        !literal,
        at,
        "has *, which browsers do not take for all where allowCredentials is true",
        "name them one by one");
  }

  /** A preflight is an OPTIONS request, which a rule has to match to answer it. */
  static void rule(HttpRouteResource.Rule rule, String at, Findings findings) {
    findings.require(
        rule.filters().stream().noneMatch(RouteFilter.Cors.class::isInstance)
            || rule.matches().stream()
                .anyMatch(m -> m.method() == null || m.method().equals("OPTIONS")),
        at + "/matches",
        "takes no OPTIONS request, so no preflight reaches the CORS filter",
        "leave the method out, or add a match with method OPTIONS");
  }
}
