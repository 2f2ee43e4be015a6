package dev.weft.proxy.filter.headers;

import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.HeaderMutationFilter;
import dev.weft.xds.model.HeaderMutationRoute;
import dev.weft.xds.model.HttpFilterRouteConfig;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes headers ({@code envoy.filters.http.header_mutation}): as the manager says, then as each
 * level of the route does.
 */
public final class HeaderMutator implements HttpFilterFactory {
  private final HeaderChanges[] steps;

  private HeaderMutator(HeaderChanges[] steps) {
    this.steps = steps;
  }

  /**
   * The filter that a configuration asks for; null if it changes nothing.
   *
   * @param routes the most specific first, in which order they are applied unless they are to win
   */
  public static @Nullable HttpFilterFactory of(
      HeaderMutationFilter filter, List<HttpFilterRouteConfig> routes) {
    List<HttpFilterRouteConfig> levels = new ArrayList<>(routes);
    if (filter.mostSpecificWins()) {
      Collections.reverse(levels);
    }
    List<HeaderChanges> steps = new ArrayList<>();
    filter.steps().forEach(step -> steps.add(HeaderChanges.compile(step)));
    for (HttpFilterRouteConfig level : levels) {
      if (level instanceof HeaderMutationRoute route) {
        route.steps().forEach(step -> steps.add(HeaderChanges.compile(step)));
      }
    }
    return steps.isEmpty() ? null : new HeaderMutator(steps.toArray(HeaderChanges[]::new));
  }

  @Override
  public HttpFilter create(FilterContext context) {
    Exchange exchange = context.exchange();
    return new HttpFilter() {
      @Override
      public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
        for (HeaderChanges step : steps) {
          step.applyToRequest(headers, exchange);
        }
        return Verdict.CONTINUE;
      }

      @Override
      public Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
        for (HeaderChanges step : steps) {
          step.applyToResponse(headers, exchange);
        }
        return Verdict.CONTINUE;
      }
    };
  }
}
