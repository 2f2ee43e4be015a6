package dev.weft.proxy.filter.grpcstats;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.GrpcCounts;
import dev.weft.proxy.telemetry.GrpcMethod;
import dev.weft.proxy.telemetry.GrpcStats;
import dev.weft.proxy.telemetry.Moment;
import dev.weft.xds.model.GrpcStatsFilter;
import dev.weft.xds.model.GrpcStatsFilter.Methods;
import dev.weft.xds.model.GrpcStatsFilter.Service;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts gRPC calls and their messages ({@code envoy.filters.http.grpc_stats}), where the route
 * forwards to a cluster that there is.
 */
public final class CallCounts implements HttpFilterFactory {
  private static final AsciiString STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString OK = AsciiString.cached("200");

  /** Finds where calls of a method are counted. */
  @FunctionalInterface
  private interface Place {
    GrpcStats of(String cluster, GrpcMethod method);
  }

  private final Place place;
  private final boolean upstreamTime;

  /** The filter that a configuration asks for. */
  public CallCounts(GrpcStatsFilter config, FilterSite site) {
    this.place = place(config.methods(), site.telemetry().grpc());
    this.upstreamTime = config.upstreamTime();
  }

  private static Place place(Methods methods, GrpcCounts counts) {
    return switch (methods) {
      case Methods.None() -> (cluster, method) -> counts.of(cluster);
      case Methods.Called(boolean underscores) ->
          underscores
              ? (cluster, method) -> counts.ofCalled(cluster, underscored(method))
              : counts::ofCalled;
      case Methods.Listed(List<Service> services) -> {
        Set<GrpcMethod> listed = new HashSet<>();
        for (Service service : services) {
          service.methods().forEach(name -> listed.add(new GrpcMethod(service.name(), name)));
        }
        yield (cluster, method) ->
            listed.contains(method) ? counts.ofListed(cluster, method) : counts.of(cluster);
      }
    };
  }

  private static GrpcMethod underscored(GrpcMethod method) {
    return new GrpcMethod(method.service().replace('.', '_'), method.method());
  }

  @Override
  public HttpFilter create(FilterContext context) {
    return new Call(context);
  }

  private final class Call implements HttpFilter {
    private final FilterContext context;

    /** Null where nothing is counted. */
    private @Nullable GrpcStats stats;

    private @Nullable FrameCounter requests;
    private @Nullable FrameCounter responses;

    Call(FilterContext context) {
      this.context = context;
    }

    @Override
    public Verdict onRequestHeaders(Http2Headers request, boolean endStream) {
      CharSequence path = request.path();
      String cluster = context.cluster();
      if (cluster != null && path != null && GrpcStatus.isGrpc(request)) {
        ActiveCluster called = context.cluster(cluster);
        GrpcMethod method = called == null ? null : CalledMethod.of(path);
        if (called != null && method != null) {
          stats = place.of(called.config().statisticsName(), method);
          requests = new FrameCounter();
        }
      }
      return Verdict.CONTINUE;
    }

    @Override
    public void onRequestData(ByteBuf data, boolean endStream) {
      if (stats != null && requests != null) {
        int begun = requests.count(data);
        if (begun > 0) {
          stats.requestMessages(begun);
        }
      }
    }

    @Override
    public Verdict onResponseHeaders(Http2Headers answer, boolean endStream) {
      if (stats != null) {
        if (!endStream && OK.contentEquals(answer.status()) && GrpcStatus.isGrpc(answer)) {
          responses = new FrameCounter();
        }
        answered(stats, answer, endStream);
      }
      return Verdict.CONTINUE;
    }

    @Override
    public void onResponseData(ByteBuf data, boolean endStream) {
      if (stats != null && responses != null) {
        int begun = responses.count(data);
        if (begun > 0) {
          stats.responseMessages(begun);
        }
      }
    }

    @Override
    public void onResponseTrailers(Http2Headers trailers) {
      if (stats != null) {
        answered(stats, trailers, true);
      }
    }

    private void answered(GrpcStats to, Http2Headers fields, boolean end) {
      CharSequence status = fields.get(STATUS);
      if (status != null) {
        to.answered(status);
      }
      if (end && upstreamTime) {
        Exchange exchange = context.exchange();
        long sent = exchange.nanosAt(Moment.US_TX_END);
        long received = exchange.nanosAt(Moment.US_RX_END);
        // A request that was whole before its last try is sent when that begins.
        long from = Math.max(sent, exchange.nanosAt(Moment.US_TX_BEG));
        if (sent >= 0 && received >= from) {
          to.upstreamTime(received - from);
        }
      }
    }
  }
}
