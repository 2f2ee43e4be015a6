package dev.weft.control.resource;

import dev.weft.control.resource.RouteFilter.Header;
import dev.weft.control.resource.RouteFilter.HeaderChanges;
import dev.weft.control.resource.RouteFilter.PathChange;
import dev.weft.control.resource.RouteFilter.PathChange.ReplaceFullPath;
import dev.weft.control.resource.RouteFilter.PathChange.ReplacePrefixMatch;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a schema cannot say about the filters of a rule or backend. */
final class FilterChecks {
  /** Connection-level or framing: a proxy sets these itself. */
  private static final Set<String> UNTOUCHABLE =
      Set.of(
          "host",
          "connection",
          "content-length",
          "keep-alive",
          "proxy-connection",
          "te",
          "transfer-encoding",
          "upgrade");

  private static final String REDIRECTS = "redirects";

  private FilterChecks() {}

  static void rule(List<RouteFilter> filters, boolean onlyPrefixes, String at, Findings findings) {
    // A rule may have several mirrors, so none is the same as another.
    findings.unique(
        filters.stream()
            .map(f -> f instanceof RouteFilter.Mirror ? new Object() : f.getClass().getSimpleName())
            .toList(),
        at,
        "/type",
        "the type");
    String answers = answers(filters);
    for (int i = 0; i < filters.size(); i++) {
      String each = at + "/" + i;
      switch (filters.get(i)) {
        case RouteFilter.RequestHeaders(HeaderChanges changes) ->
            headers(changes, each + "/requestHeaderModifier", findings);
        case RouteFilter.ResponseHeaders(HeaderChanges changes) ->
            headers(changes, each + "/responseHeaderModifier", findings);
        case RouteFilter.Redirect redirect -> {
          prefix(redirect.path(), onlyPrefixes, each + "/requestRedirect/path", findings);
          findings.require(
              answers.equals(REDIRECTS),
              each + "/type",
              "a rule either redirects or answers by itself",
              "remove one of the filters");
        }
        case RouteFilter.Extension _, RouteFilter.DirectResponse _ -> {}
        case RouteFilter.UrlRewrite rewrite -> {
          prefix(rewrite.path(), onlyPrefixes, each + "/urlRewrite/path", findings);
          onlyPath(rewrite.path(), each + "/urlRewrite/path/replaceFullPath", findings);
          forwards(answers, "rewrites", each, findings);
        }
        case RouteFilter.Mirror mirror -> {
          mirror(mirror, each + "/requestMirror", findings);
          forwards(answers, "forwards, so that there is something to copy", each, findings);
        }
        case RouteFilter.Cors cors -> {
          CorsChecks.cors(cors, each + "/cors", findings);
          forwards(answers, "forwards for browsers of other origins", each, findings);
        }
      }
    }
  }

  /** What a rule does instead of forwarding; empty if it forwards. */
  private static String answers(List<RouteFilter> filters) {
    if (filters.stream().anyMatch(RouteFilter.DirectResponse.class::isInstance)) {
      return "answers by itself";
    }
    return filters.stream().anyMatch(RouteFilter.Redirect.class::isInstance) ? REDIRECTS : "";
  }

  private static void forwards(String answers, String does, String at, Findings findings) {
    findings.require(
        answers.isEmpty(),
        at + "/type",
        "a rule either " + answers + " or " + does,
        "remove one of the filters");
  }

  private static void onlyPath(@Nullable PathChange change, String at, Findings findings) {
    findings.require(
        !(change instanceof ReplaceFullPath(String path))
            || path.indexOf('?') < 0 && path.indexOf('#') < 0,
        at,
        "has more than a path, and the query of a request stays",
        "leave out ? and #");
  }

  private static void mirror(RouteFilter.Mirror mirror, String at, Findings findings) {
    findings.require(
        mirror.percent() == null || mirror.fraction() == null,
        at,
        "has both percent and fraction",
        "remove one of them");
    RouteFilter.Part part = mirror.fraction();
    findings.require(
        part == null || part.numerator() <= part.denominator(),
        at + "/fraction/numerator",
        "is greater than the denominator",
        "use at most the denominator");
  }

  private static void prefix(
      @Nullable PathChange change, boolean onlyPrefixes, String at, Findings findings) {
    findings.require(
        onlyPrefixes || !(change instanceof ReplacePrefixMatch),
        at,
        "replaces a matched prefix, but not every match of the rule is a PathPrefix",
        "match by PathPrefix only, or put the other matches in a rule of their own");
  }

  private static void headers(HeaderChanges changes, String at, Findings findings) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < changes.set().size(); i++) {
      header(changes.set().get(i), seen, at + "/set/" + i + "/name", findings);
    }
    for (int i = 0; i < changes.add().size(); i++) {
      header(changes.add().get(i), seen, at + "/add/" + i + "/name", findings);
    }
    for (int i = 0; i < changes.remove().size(); i++) {
      name(changes.remove().get(i), seen, at + "/remove/" + i, findings);
    }
  }

  private static void header(Header header, Set<String> seen, String at, Findings findings) {
    name(header.name(), seen, at, findings);
  }

  private static void name(String name, Set<String> seen, String at, Findings findings) {
    String lower = name.toLowerCase(Locale.ROOT);
    findings.require(
        !UNTOUCHABLE.contains(lower), at, name + " is set by the proxy itself", "remove it");
    findings.require(
        seen.add(lower), at, name + " is changed twice by one filter", "keep one of the changes");
  }
}
