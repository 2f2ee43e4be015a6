package dev.weft.control.compile;

import dev.weft.control.resource.HttpRouteResource;
import dev.weft.control.resource.RouteFilter;
import dev.weft.control.resource.RouteFilter.PathChange;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.HashPolicy;
import dev.weft.xds.model.HostRewrite;
import dev.weft.xds.model.Mirror;
import dev.weft.xds.model.PathRewrite;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RegexRewrite;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteAction.Forward;
import dev.weft.xds.model.RouteAction.Redirect;
import dev.weft.xds.model.RouteAction.Rewrite;
import dev.weft.xds.model.RouteBalance;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a rule does with a request. */
final class ActionTranslator {
  /** What the Gateway API wants where no backend can take the request. */
  static final RouteAction NO_BACKEND =
      new RouteAction.DirectResponse(500, "no backend of this route can take requests\n");

  private static final int CLUSTER_NOT_FOUND = 503;

  /** Every path, but not the {@code *} of OPTIONS. */
  private static final String WHOLE_PATH = "^/.*$";

  private ActionTranslator() {}

  /**
   * What a rule says of forwarding besides where to.
   *
   * @param request overrides the port's bound of the exchange
   * @param backendRequest overrides the port's bound of one try
   * @param retry overrides when the port's requests are tried again
   * @param hash what the rule's backends place requests by
   */
  record Terms(
      @Nullable Duration request,
      @Nullable Duration backendRequest,
      HttpRouteResource.@Nullable Retry retry,
      @Nullable Rewrite rewrite,
      List<Mirror> mirrors,
      List<HashPolicy> hash) {
    /** As the port's policies have it. */
    static Terms of(List<Mirror> mirrors, List<HashPolicy> hash) {
      return new Terms(null, null, null, null, mirrors, hash);
    }
  }

  /** Forwards to a target, as the port's policies and the rule want it. */
  static Forward forward(
      ClusterTarget target, TrafficSettings settings, boolean grpc, Terms terms) {
    Duration timeout = terms.request() == null ? settings.request() : terms.request();
    RetryPolicy retry =
        RetryTranslator.ofRule(settings.retry(), terms.retry(), terms.backendRequest());
    if (terms.backendRequest() != null && RetryTranslator.isNever(retry, settings.retry())) {
      // Only one try: its bound is the exchange's.
      timeout = tighter(timeout, terms.backendRequest());
    }
    // Of a route that bounds the whole stream, Envoy reads no other time (max_stream_duration).
    Duration longest = settings.maxStream();
    if (longest != null) {
      longest = tighter(longest, timeout);
      timeout = Duration.ZERO;
    }
    boolean callersDeadline = grpc && timeout.isZero();
    return new Forward(
        target,
        timeout,
        settings.idle(),
        longest,
        !callersDeadline ? null : longest == null ? Duration.ZERO : longest,
        retry,
        null,
        terms.rewrite(),
        Priority.DEFAULT,
        List.of(),
        CLUSTER_NOT_FOUND,
        terms.mirrors(),
        terms.hash().isEmpty() ? RouteBalance.NONE : new RouteBalance(terms.hash(), Map.of()),
        settings.redirects());
  }

  private static Duration tighter(Duration a, Duration b) {
    if (a.isZero() || b.isZero()) {
      return a.isZero() ? b : a;
    }
    return a.compareTo(b) < 0 ? a : b;
  }

  /** What a rule does instead of forwarding, if that is among its filters. */
  static Optional<RouteAction> answer(List<RouteFilter> filters) {
    for (RouteFilter filter : filters) {
      if (filter instanceof RouteFilter.DirectResponse(int status, String _, String body)) {
        return Optional.of(new RouteAction.DirectResponse(status, body));
      }
      if (filter instanceof RouteFilter.Redirect redirect) {
        return Optional.of(
            new Redirect(
                redirect.scheme(),
                redirect.hostname(),
                redirect.port(),
                redirect.path() instanceof PathChange.ReplaceFullPath full ? path(full) : null,
                prefix(redirect.path()),
                redirect.status(),
                false));
      }
    }
    return Optional.empty();
  }

  /** The rewrite among a rule's filters, if there is one. */
  static @Nullable Rewrite rewrite(List<RouteFilter> filters) {
    for (RouteFilter filter : filters) {
      if (filter instanceof RouteFilter.UrlRewrite rewrite) {
        return new Rewrite(
            pathRewrite(rewrite.path()),
            rewrite.hostname() == null ? null : new HostRewrite.Literal(rewrite.hostname()),
            false);
      }
    }
    return null;
  }

  private static @Nullable PathRewrite pathRewrite(@Nullable PathChange change) {
    return switch (change) {
      case null -> null;
      case PathChange.ReplacePrefixMatch replace -> new PathRewrite.Prefix(replace.prefix());
      case PathChange.ReplaceRegexMatch(String pattern, String substitution) ->
          new PathRewrite.Regex(new RegexRewrite(pattern, substitution));
      // Whatever the rule matches by; a prefix rewrite would leave the rest of the path.
      case PathChange.ReplaceFullPath full ->
          new PathRewrite.Regex(new RegexRewrite(WHOLE_PATH, path(full).replace("\\", "\\\\")));
    };
  }

  private static String path(PathChange.ReplaceFullPath full) {
    return full.path().isEmpty() ? "/" : full.path();
  }

  private static @Nullable String prefix(@Nullable PathChange change) {
    return change instanceof PathChange.ReplacePrefixMatch replace ? replace.prefix() : null;
  }
}
