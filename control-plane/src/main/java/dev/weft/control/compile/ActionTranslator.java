package dev.weft.control.compile;

import dev.weft.control.resource.RouteFilter;
import dev.weft.control.resource.RouteFilter.PathChange;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicyBuilder;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteAction.Forward;
import dev.weft.xds.model.RouteAction.Redirect;
import dev.weft.xds.model.RouteAction.Rewrite;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a rule does with a request. */
final class ActionTranslator {
  /** What the Gateway API wants where no backend can take the request. */
  static final RouteAction NO_BACKEND =
      new RouteAction.DirectResponse(500, "no backend of this route can take requests\n");

  private ActionTranslator() {}

  /**
   * Forwards to a target.
   *
   * @param request overrides the port's bound of the exchange
   * @param backendRequest overrides the port's bound of one try
   */
  static Forward forward(
      ClusterTarget target,
      TrafficSettings settings,
      boolean grpc,
      @Nullable Duration request,
      @Nullable Duration backendRequest,
      @Nullable Rewrite rewrite) {
    Duration timeout = request == null ? settings.request() : request;
    RetryPolicy retry = settings.retry();
    if (retry == null && backendRequest != null) {
      // Only one try: its bound is the exchange's.
      timeout = tighter(timeout, backendRequest);
    }
    return new Forward(
        target,
        timeout,
        settings.idle(),
        null,
        grpc ? Duration.ZERO : null,
        retry == null || backendRequest == null ? null : perTry(retry, backendRequest),
        rewrite,
        Priority.DEFAULT);
  }

  private static Duration tighter(Duration a, Duration b) {
    if (a.isZero() || b.isZero()) {
      return a.isZero() ? b : a;
    }
    return a.compareTo(b) < 0 ? a : b;
  }

  private static RetryPolicy perTry(RetryPolicy retry, Duration timeout) {
    return RetryPolicyBuilder.builder(retry).perTryTimeout(timeout).build();
  }

  /** The redirect among a rule's filters, if there is one. */
  static Optional<RouteAction> redirect(List<RouteFilter> filters) {
    for (RouteFilter filter : filters) {
      if (filter instanceof RouteFilter.Redirect redirect) {
        return Optional.of(
            new Redirect(
                redirect.scheme(),
                redirect.hostname(),
                redirect.port(),
                redirect.path() instanceof PathChange.ReplaceFullPath full ? full.path() : null,
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
        return new Rewrite(prefix(rewrite.path()), rewrite.hostname());
      }
    }
    return null;
  }

  private static @Nullable String prefix(@Nullable PathChange change) {
    return change instanceof PathChange.ReplacePrefixMatch replace ? replace.prefix() : null;
  }
}
