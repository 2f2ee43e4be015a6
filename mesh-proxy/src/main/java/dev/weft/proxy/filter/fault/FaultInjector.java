package dev.weft.proxy.filter.fault;

import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.xds.match.HeaderMatcher;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.model.Fault;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Delays and aborts requests as it is told to ({@code envoy.filters.http.fault}). */
public final class FaultInjector implements HttpFilterFactory {
  /** Callers say who they are: no more of them than this are counted for themselves. */
  private static final int CALLERS = 100;

  private static final AsciiString NODE = AsciiString.cached("x-envoy-downstream-service-node");
  private static final AsciiString CALLER =
      AsciiString.cached("x-envoy-downstream-service-cluster");

  private final Fault config;
  private final FilterSite site;
  private final Predicate<RequestView> headers;
  private final AtomicInteger active = new AtomicInteger();
  private final Map<String, Counter> callers = new ConcurrentHashMap<>();
  private final Counter aborts;
  private final Counter delays;
  private final Counter overflows;
  private final Counter activeFaults;

  /** The filter that a configuration asks for. */
  public FaultInjector(Fault config, FilterSite site) {
    this.config = config;
    this.site = site;
    this.headers = HeaderMatcher.all(config.headers());
    this.aborts = site.counter("fault.aborts_injected");
    this.delays = site.counter("fault.delays_injected");
    this.overflows = site.counter("fault.faults_overflow");
    this.activeFaults =
        site.telemetry()
            .counter(StatName.http(site.manager().statPrefix(), "fault.active_faults").asGauge());
  }

  @Override
  public HttpFilter create(FilterContext context) {
    return new InjectedFault(this, context);
  }

  Fault.@Nullable Delay delay() {
    return config.delay();
  }

  Fault.@Nullable Abort abort() {
    return config.abort();
  }

  /** Whether faults are for this request. */
  boolean concerns(Http2Headers request, @Nullable String cluster) {
    if (!config.upstreamCluster().isEmpty() && !config.upstreamCluster().equals(cluster)) {
      return false;
    }
    if (!config.downstreamNodes().isEmpty()) {
      CharSequence node = request.get(NODE);
      if (node == null || !config.downstreamNodes().contains(node.toString())) {
        return false;
      }
    }
    return config.headers().isEmpty() || headers.test(RequestHeadView.of(request));
  }

  /** Whether there may be one more fault; {@link #end} takes it back. */
  boolean begin() {
    Integer max = config.maxActive();
    if (max != null && active.get() >= max) {
      overflows.increment();
      return false;
    }
    active.incrementAndGet();
    activeFaults.increment();
    return true;
  }

  void end() {
    active.decrementAndGet();
    activeFaults.decrement();
  }

  void aborted(Http2Headers request) {
    aborts.increment();
    count(request, "aborts_injected");
  }

  void delayed(Http2Headers request) {
    delays.increment();
    count(request, "delays_injected");
  }

  private void count(Http2Headers request, String what) {
    CharSequence caller = config.clusterStats() ? request.get(CALLER) : null;
    if (caller == null || caller.isEmpty() || caller.length() > 128) {
      return;
    }
    String key = caller + "." + what;
    Counter counter = callers.get(key);
    if (counter == null && callers.size() < 2 * CALLERS) {
      counter = callers.computeIfAbsent(key, k -> site.telemetry().counter(name(caller, what)));
    }
    if (counter != null) {
      counter.increment();
    }
  }

  private StatName name(CharSequence caller, String what) {
    String manager = site.manager().statPrefix();
    return new StatName(
        "http." + manager + ".fault." + caller + "." + what,
        "envoy_http_fault_" + what,
        List.of(
            "envoy_fault_downstream_cluster",
            caller.toString(),
            "envoy_http_conn_manager_prefix",
            manager),
        false);
  }
}
