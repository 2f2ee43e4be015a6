package dev.weft.proxy.filter.healthcheck;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.xds.match.HeaderMatcher;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.HealthCheckFilter;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers health checks by itself, or marks their answers ({@code
 * envoy.filters.http.health_check}).
 */
public final class HealthCheckAnswer implements HttpFilterFactory {
  private static final AsciiString DEGRADED = AsciiString.cached("x-envoy-degraded");
  private static final AsciiString CHECKED =
      AsciiString.cached("x-envoy-upstream-healthchecked-cluster");

  private final HealthCheckFilter config;
  private final String node;
  private final Predicate<RequestView> headers;
  private final @Nullable LastAnswer endpoint;
  private final Counter requests;
  private final Counter ok;
  private final Counter failed;
  private final Counter notFound;
  private final Counter empty;
  private final Counter unhealthy;
  private final Counter cached;
  private final Counter degraded;

  /**
   * The filter that a configuration asks for.
   *
   * @param node the cluster that this proxy belongs to, as answers tell; may be empty
   */
  public HealthCheckAnswer(HealthCheckFilter config, String node, FilterSite site) {
    this.config = config;
    this.node = node;
    this.headers = HeaderMatcher.all(config.headers());
    this.endpoint =
        config.cacheTime().isZero()
            ? null
            : new LastAnswer(config.cacheTime().toNanos(), System.nanoTime());
    this.requests = site.counter("health_check.request_total");
    this.ok = site.counter("health_check.ok");
    this.failed = site.counter("health_check.failed");
    this.notFound = site.counter("health_check.failed_cluster_not_found");
    this.empty = site.counter("health_check.failed_cluster_empty");
    this.unhealthy = site.counter("health_check.failed_cluster_unhealthy");
    this.cached = site.counter("health_check.cached_response");
    this.degraded = site.counter("health_check.degraded");
  }

  @Override
  public HttpFilter create(FilterContext context) {
    return new HttpFilter() {
      private boolean checking;
      private boolean asking;

      @Override
      public Verdict onRequestHeaders(Http2Headers request, boolean endStream) {
        checking = headers.test(RequestHeadView.of(request));
        if (!checking) {
          return Verdict.CONTINUE;
        }
        context.markHealthCheck();
        Verdict.Reply answer = config.passThrough() ? lastAnswer() : answer(context);
        if (answer == null) {
          asking = true;
          return Verdict.CONTINUE;
        }
        requests.increment();
        (answer.status() / 100 == 2 ? ok : failed).increment();
        return answer;
      }

      @Override
      public Verdict onResponseHeaders(Http2Headers answer, boolean endStream) {
        if (checking) {
          if (endpoint != null && asking) {
            keep(answer, endpoint);
          }
          answer.set(CHECKED, node);
        }
        return Verdict.CONTINUE;
      }
    };
  }

  /** What the proxy could not answer itself, 101 or 999, is not kept. */
  private static void keep(Http2Headers answer, LastAnswer endpoint) {
    int status = HttpResponseStatus.parseLine(answer.status()).code();
    if (status >= 200 && status <= 599) {
      endpoint.put(status, answer.contains(DEGRADED), System.nanoTime());
    }
  }

  /** What the endpoint answered not long ago; null if it has to be asked. */
  private Verdict.@Nullable Reply lastAnswer() {
    LastAnswer.Answer last = endpoint == null ? null : endpoint.at(System.nanoTime());
    if (last == null) {
      return null;
    }
    cached.increment();
    if (last.degraded()) {
      degraded.increment();
    }
    return new Verdict.Reply(
        last.status(),
        "",
        "health_check_cached",
        last.status() / 100 == 2 ? 0 : ResponseFlag.FAILED_LOCAL_HEALTH_CHECK.bit(),
        -1,
        last.degraded() ? (headers, exchange) -> headers.set(DEGRADED, "") : null);
  }

  private Verdict.Reply answer(FilterContext context) {
    for (Map.Entry<String, Double> minimum : config.minHealthy().entrySet()) {
      ActiveCluster cluster = context.cluster(minimum.getKey());
      if (cluster == null) {
        notFound.increment();
        return failure("health_check_failed_no_cluster_found");
      }
      List<Member<ActiveEndpoint>> members = cluster.members();
      if (members.isEmpty()) {
        if (minimum.getValue() == 0) {
          continue;
        }
        empty.increment();
        return failure("health_check_failed_cluster_empty");
      }
      if (100.0 * healthy(members) < members.size() * minimum.getValue()) {
        unhealthy.increment();
        return failure("health_check_failed_cluster_unhealthy");
      }
    }
    return new Verdict.Reply(
        200,
        "",
        config.minHealthy().isEmpty() ? "health_check_ok" : "health_check_ok_cluster_healthy");
  }

  private static int healthy(List<Member<ActiveEndpoint>> members) {
    int healthy = 0;
    for (int i = 0; i < members.size(); i++) {
      HealthStatus said = members.get(i).health();
      boolean well =
          said == HealthStatus.UNKNOWN
              || said == HealthStatus.HEALTHY
              || said == HealthStatus.DEGRADED;
      ActiveEndpoint endpoint = members.get(i).endpoint();
      healthy += well && !endpoint.ejected() && !endpoint.failing() ? 1 : 0;
    }
    return healthy;
  }

  private static Verdict.Reply failure(String details) {
    return new Verdict.Reply(
        503, "", details, ResponseFlag.FAILED_LOCAL_HEALTH_CHECK.bit(), -1, null);
  }
}
