package dev.weft.control.resource;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.weft.control.resource.HttpRouteResource.PathType;
import dev.weft.control.resource.RouteFilter.PathChange.ReplaceRegexMatch;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a schema cannot say about an {@code HTTPRouteFilter}, and about rules that refer to one. */
final class ExtensionChecks {
  /** What proxies take as the body of a route's own answer. */
  private static final int MAX_BODY = 4096;

  private ExtensionChecks() {}

  static void filter(HttpRouteFilterResource resource, Findings findings) {
    if (resource.filter() instanceof RouteFilter.DirectResponse response) {
      int bytes = response.body().getBytes(StandardCharsets.UTF_8).length;
      findings.require(
          bytes <= MAX_BODY,
          "/spec/directResponse/body/inline",
          "has " + bytes + " bytes, more than " + MAX_BODY,
          "make it shorter, or let a service answer");
    }
    if (resource.filter() instanceof RouteFilter.UrlRewrite rewrite
        && rewrite.path() instanceof ReplaceRegexMatch(String pattern, String substitution)) {
      replacement(pattern, substitution, findings);
    }
  }

  private static void replacement(String pattern, String substitution, Findings findings) {
    String at = "/spec/urlRewrite/path/replaceRegexMatch/";
    int groups;
    try {
      groups = Pattern.compile(pattern).groupCount();
    } catch (PatternSyntaxException e) {
      findings.add(
          at + "pattern",
          "is no RE2 expression: " + e.getMessage(),
          "use RE2 syntax, which has no look-around and no back-references");
      return;
    }
    for (int i = substitution.indexOf('\\'); i >= 0; i = substitution.indexOf('\\', i + 2)) {
      char next = i + 1 < substitution.length() ? substitution.charAt(i + 1) : ' ';
      findings.require(
          next == '\\' || next >= '0' && next <= '9' && next - '0' <= groups,
          at + "substitution",
          "has a \\ that is neither followed by another nor by the number of a group, 0 to "
              + groups,
          "write \\\\ for a backslash, or correct the number");
    }
  }

  /** A route's rules, with what they refer to in its place. */
  static void route(HttpRouteResource route, RouteExtensions extensions, Findings findings) {
    String namespace = route.metadata().namespace();
    for (int r = 0; r < route.rules().size(); r++) {
      HttpRouteResource.Rule rule = route.rules().get(r);
      if (rule.filters().stream().noneMatch(RouteFilter.Extension.class::isInstance)) {
        continue;
      }
      String at = "/spec/rules/" + r;
      List<RouteFilter> filters = new ArrayList<>();
      for (int f = 0; f < rule.filters().size(); f++) {
        RouteFilter filter = extensions.resolve(namespace, rule.filters().get(f));
        if (filter == null) {
          findings.add(
              at + "/filters/" + f + "/extensionRef/name",
              "there is no such HTTPRouteFilter in the namespace " + namespace,
              "create it in the same change, or correct the name");
        } else {
          filters.add(filter);
        }
      }
      if (filters.size() < rule.filters().size()) {
        continue;
      }
      boolean prefixes =
          rule.matches().stream().allMatch(m -> m.path().type() == PathType.PATH_PREFIX);
      FilterChecks.rule(filters, prefixes, at + "/filters", findings);
      boolean answers = filters.stream().anyMatch(RouteFilter.DirectResponse.class::isInstance);
      findings.require(
          answers == rule.backends().isEmpty(),
          at + "/backendRefs",
          answers
              ? "a rule that answers by itself sends to no backend"
              : "is empty, so the rule leads nowhere",
          answers ? "remove the backends or the filter" : "add at least one backend");
    }
  }
}
