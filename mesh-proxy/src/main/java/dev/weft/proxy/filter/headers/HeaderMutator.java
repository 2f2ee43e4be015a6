package dev.weft.proxy.filter.headers;

import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.HeaderMutationFilter;
import dev.weft.xds.model.HeaderMutationRoute;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HttpFilterRouteConfig;
import dev.weft.xds.model.QueryMutation;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes headers and queries ({@code envoy.filters.http.header_mutation}): as the manager says,
 * then as each level of the route does.
 */
public final class HeaderMutator implements HttpFilterFactory {
  /** One change of a request's head. */
  private interface RequestChange {
    void apply(Http2Headers headers, Exchange exchange);
  }

  private final RequestChange[] requestChanges;
  private final HeaderChanges[] responseChanges;

  private HeaderMutator(RequestChange[] requestChanges, HeaderChanges[] responseChanges) {
    this.requestChanges = requestChanges;
    this.responseChanges = responseChanges;
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
    List<RequestChange> requests = new ArrayList<>();
    List<HeaderChanges> responses = new ArrayList<>();
    compile(filter.steps(), filter.query(), requests, responses);
    for (HttpFilterRouteConfig level : levels) {
      if (level instanceof HeaderMutationRoute route) {
        compile(route.steps(), route.query(), requests, responses);
      }
    }
    return requests.isEmpty() && responses.isEmpty()
        ? null
        : new HeaderMutator(
            requests.toArray(RequestChange[]::new), responses.toArray(HeaderChanges[]::new));
  }

  /** The changes of one level: each takes the query apart and puts it together once. */
  private static void compile(
      List<HeaderMutations> steps,
      List<QueryMutation> query,
      List<RequestChange> requests,
      List<HeaderChanges> responses) {
    for (HeaderMutations step : steps) {
      HeaderChanges changes = HeaderChanges.compile(step);
      if (!step.requestAdd().isEmpty() || !step.requestRemove().isEmpty()) {
        requests.add(changes::applyToRequest);
      }
      if (!step.responseAdd().isEmpty() || !step.responseRemove().isEmpty()) {
        responses.add(changes);
      }
    }
    if (!query.isEmpty()) {
      requests.add(QueryChanges.compile(query)::apply);
    }
  }

  @Override
  public HttpFilter create(FilterContext context) {
    Exchange exchange = context.exchange();
    return new HttpFilter() {
      @Override
      public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
        for (RequestChange change : requestChanges) {
          change.apply(headers, exchange);
        }
        return Verdict.CONTINUE;
      }

      @Override
      public Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
        for (HeaderChanges change : responseChanges) {
          change.applyToResponse(headers, exchange);
        }
        return Verdict.CONTINUE;
      }
    };
  }
}
