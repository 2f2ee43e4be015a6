package dev.weft.control.resource;

import dev.weft.control.resource.RouteFilter.Header;
import dev.weft.control.resource.RouteFilter.HeaderChanges;
import dev.weft.control.resource.RouteFilter.PathChange;
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

  private FilterChecks() {}

  static void rule(List<RouteFilter> filters, boolean onlyPrefixes, String at, Findings findings) {
    findings.unique(
        filters.stream().map(filter -> filter.getClass().getSimpleName()).toList(),
        at,
        "/type",
        "the type");
    boolean redirects = filters.stream().anyMatch(RouteFilter.Redirect.class::isInstance);
    for (int i = 0; i < filters.size(); i++) {
      String each = at + "/" + i;
      switch (filters.get(i)) {
        case RouteFilter.RequestHeaders(HeaderChanges changes) ->
            headers(changes, each + "/requestHeaderModifier", findings);
        case RouteFilter.ResponseHeaders(HeaderChanges changes) ->
            headers(changes, each + "/responseHeaderModifier", findings);
        case RouteFilter.Redirect redirect ->
            prefix(redirect.path(), onlyPrefixes, each + "/requestRedirect/path", findings);
        case RouteFilter.UrlRewrite rewrite -> {
          prefix(rewrite.path(), onlyPrefixes, each + "/urlRewrite/path", findings);
          findings.require(
              !redirects,
              each + "/type",
              "a rule either redirects or rewrites",
              "remove one of the filters");
        }
      }
    }
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
