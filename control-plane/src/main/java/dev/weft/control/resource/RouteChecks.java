package dev.weft.control.resource;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weft.control.resource.HttpRouteResource.Path;
import dev.weft.control.resource.HttpRouteResource.PathType;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a schema cannot say about one route by itself. */
final class RouteChecks {
  private static final Pattern GRPC_SERVICE = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");
  private static final Pattern GRPC_METHOD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

  private RouteChecks() {}

  static void http(HttpRouteResource route, Findings findings) {
    parents(route.parents(), route.metadata().namespace(), findings);
    names(route.rules().stream().map(HttpRouteResource.Rule::name).toList(), findings);
    for (int r = 0; r < route.rules().size(); r++) {
      HttpRouteResource.Rule rule = route.rules().get(r);
      String at = "/spec/rules/" + r;
      for (int m = 0; m < rule.matches().size(); m++) {
        httpMatch(rule.matches().get(m), at + "/matches/" + m, findings);
      }
      boolean redirects = rule.filters().stream().anyMatch(RouteFilter.Redirect.class::isInstance);
      boolean prefixes =
          rule.matches().stream().allMatch(m -> m.path().type() == PathType.PATH_PREFIX);
      FilterChecks.rule(rule.filters(), prefixes, at + "/filters", findings);
      CorsChecks.rule(rule, at, findings);
      mirrors(rule.filters(), route.metadata().namespace(), at + "/filters", findings);
      if (redirects) {
        findings.require(
            rule.backends().isEmpty(),
            at + "/backendRefs",
            "a rule that redirects sends to no backend",
            "remove the backends or the redirect");
      } else if (!rule.backends().isEmpty() || !refers(rule)) {
        backends(rule.backends(), route.metadata().namespace(), at + "/backendRefs", findings);
      }
      Duration request = rule.request();
      Duration tried = rule.backendRequest();
      findings.require(
          request == null || tried == null || request.isZero() || tried.compareTo(request) <= 0,
          at + "/timeouts/backendRequest",
          "is longer than request",
          "use at most the request timeout");
      if (rule.retry() != null) {
        backoff(rule.retry().backoff(), at + "/retry/backoff", findings);
      }
    }
  }

  /** Whether what it does is known only with what it refers to ({@link ExtensionChecks}). */
  private static boolean refers(HttpRouteResource.Rule rule) {
    return rule.filters().stream().anyMatch(RouteFilter.Extension.class::isInstance);
  }

  private static void backoff(@Nullable Duration backoff, String at, Findings findings) {
    findings.require(
        backoff == null || !backoff.isZero() && backoff.compareTo(LONGEST_BACKOFF) <= 0,
        at,
        "is not between 1ms and 1h",
        "use a pause that callers can wait for, such as 100ms");
  }

  static void grpc(GrpcRouteResource route, Findings findings) {
    parents(route.parents(), route.metadata().namespace(), findings);
    names(route.rules().stream().map(GrpcRouteResource.Rule::name).toList(), findings);
    for (int r = 0; r < route.rules().size(); r++) {
      GrpcRouteResource.Rule rule = route.rules().get(r);
      String at = "/spec/rules/" + r;
      for (int m = 0; m < rule.matches().size(); m++) {
        grpcMatch(rule.matches().get(m), at + "/matches/" + m, findings);
      }
      FilterChecks.rule(rule.filters(), false, at + "/filters", findings);
      mirrors(rule.filters(), route.metadata().namespace(), at + "/filters", findings);
      backends(rule.backends(), route.metadata().namespace(), at + "/backendRefs", findings);
    }
  }

  private static void names(List<@Nullable String> names, Findings findings) {
    // A rule without a name stands for itself, so it is never the same as another.
    List<Object> keys =
        names.stream().<Object>map(name -> name == null ? new Object() : name).toList();
    findings.unique(keys, "/spec/rules", "/name", "the name");
  }

  private static void parents(List<ServiceRef> parents, String namespace, Findings findings) {
    findings.unique(parents, "/spec/parentRefs", "", "the parent");
    for (int i = 0; i < parents.size(); i++) {
      sameNamespace(
          parents.get(i).namespace(), namespace, "/spec/parentRefs/" + i + "/namespace", findings);
    }
  }

  private static void backends(
      List<BackendRef> backends, String namespace, String at, Findings findings) {
    if (backends.isEmpty()) {
      findings.add(at, "is empty, so the rule leads nowhere", "add at least one backend");
      return;
    }
    long sum = backends.stream().mapToLong(BackendRef::weight).sum();
    findings.require(sum > 0, at, "all weights are 0", "give at least one backend a weight");
    for (int i = 0; i < backends.size(); i++) {
      BackendRef backend = backends.get(i);
      sameNamespace(backend.namespace(), namespace, at + "/" + i + "/namespace", findings);
      FilterChecks.rule(backend.filters(), false, at + "/" + i + "/filters", findings);
    }
  }

  private static void mirrors(
      List<RouteFilter> filters, String namespace, String at, Findings findings) {
    for (int i = 0; i < filters.size(); i++) {
      if (filters.get(i) instanceof RouteFilter.Mirror mirror) {
        sameNamespace(
            mirror.backend().namespace(),
            namespace,
            at + "/" + i + "/requestMirror/backendRef/namespace",
            findings);
      }
    }
  }

  private static void sameNamespace(String namespace, String own, String path, Findings findings) {
    findings.require(
        namespace.equals(own),
        path,
        "is another namespace than the route's, which needs a grant weft does not know",
        "put the route where the service is, or remove the field");
  }

  private static void httpMatch(HttpRouteResource.Match match, String at, Findings findings) {
    path(match.path(), at + "/path/value", findings);
    values(match.headers(), true, at + "/headers", findings);
    values(match.query(), false, at + "/queryParams", findings);
  }

  static void path(Path path, String at, Findings findings) {
    String value = path.value();
    if (path.type() == PathType.REGULAR_EXPRESSION) {
      expression(value, at, findings);
      return;
    }
    findings.require(value.startsWith("/"), at, "does not start with '/'", "add it");
    String lower = value.toLowerCase(Locale.ROOT);
    boolean normal =
        Stream.of("//", "/./", "/../", "%2f", "#", "?").noneMatch(lower::contains)
            && !lower.endsWith("/..")
            && !lower.endsWith("/.");
    findings.require(
        normal,
        at,
        "can never match a path in its normal form",
        "leave out //, /./, /../, %2F, # and ?");
  }

  private static void grpcMatch(GrpcRouteResource.Match match, String at, Findings findings) {
    values(match.headers(), true, at + "/headers", findings);
    GrpcRouteResource.Method method = match.method();
    if (method == null) {
      return;
    }
    findings.require(
        method.service() != null || method.method() != null,
        at + "/method",
        "names neither a service nor a method",
        "add one of them, or remove it");
    grpcName(method.type(), method.service(), GRPC_SERVICE, at + "/method/service", findings);
    grpcName(method.type(), method.method(), GRPC_METHOD, at + "/method/method", findings);
  }

  private static void grpcName(
      ValueMatch.Type type, @Nullable String name, Pattern exact, String at, Findings findings) {
    if (name == null) {
      return;
    }
    switch (type) {
      case EXACT ->
          findings.require(
              exact.matches(name),
              at,
              name + " is no gRPC name",
              "use letters, digits, '_' and, in services, '.'");
      case REGULAR_EXPRESSION -> expression(name, at, findings);
    }
  }

  static void values(List<ValueMatch> matches, boolean ignoreCase, String at, Findings findings) {
    findings.unique(
        matches.stream()
            .map(m -> ignoreCase ? m.name().toLowerCase(Locale.ROOT) : m.name())
            .toList(),
        at,
        "/name",
        "the name");
    for (int i = 0; i < matches.size(); i++) {
      if (matches.get(i).type() == ValueMatch.Type.REGULAR_EXPRESSION) {
        expression(matches.get(i).value(), at + "/" + i + "/value", findings);
      }
    }
  }

  private static void expression(String expression, String at, Findings findings) {
    try {
      Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      findings.add(
          at,
          "is no RE2 expression: " + e.getMessage(),
          "use RE2 syntax, which has no look-around and no back-references");
    }
  }
}
