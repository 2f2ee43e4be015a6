package dev.weft.proxy.check;

import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.upstream.UpstreamPool;
import dev.weft.xds.match.StringMatcher;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.Statuses;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks by a request, and judges its answer by status, body and where it says it comes from. */
final class HttpProbe extends StreamProbe {
  private static final AsciiString DEGRADED = AsciiString.cached("x-envoy-degraded");
  private static final AsciiString FAIL = AsciiString.cached("x-envoy-immediate-health-check-fail");
  private static final AsciiString SERVICE =
      AsciiString.cached("x-envoy-upstream-healthchecked-cluster");

  private final HealthCheck.Http http;
  private final Payloads receive;
  private final @Nullable StringMatcher service;
  private final ClusterStats stats;
  private final Runnable excluded;
  private int status;

  /**
   * @param excluded told when the endpoint says that it is not to count
   */
  HttpProbe(
      UpstreamPool pool,
      CheckTarget target,
      HealthCheck.Http http,
      ClusterStats stats,
      Runnable excluded,
      Listener listener) {
    super(
        pool,
        target.upstream(http.http2()),
        target.config(),
        head(target, http),
        Payloads.bytes(http.send()),
        listener);
    this.http = http;
    this.receive = new Payloads(http.receive());
    this.service = http.serviceName() == null ? null : StringMatcher.compile(http.serviceName());
    this.stats = stats;
    this.excluded = excluded;
  }

  private static CheckHead head(CheckTarget target, HealthCheck.Http http) {
    CheckHead head =
        new CheckHead(target, http.method(), http.host(), http.path(), http.add(), http.remove());
    return http.send().isEmpty()
        ? head
        : head.with("content-length", Integer.toString(http.send().length() / 2));
  }

  @Override
  Answer expect() {
    return new Answer() {
      private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
      private @Nullable Http2Headers head;

      @Override
      public @Nullable Outcome onHead(Http2Headers headers, boolean endStream) {
        head = headers;
        return null;
      }

      @Override
      public @Nullable Outcome onBody(ByteBuf data) {
        if (!receive.isEmpty()) {
          Payloads.keep(data, body, http.bufferBytes());
        }
        return null;
      }

      @Override
      public Outcome onEnd(@Nullable Http2Headers trailers) {
        return head == null ? Outcome.NO_ANSWER : judge(head, body.toByteArray());
      }
    };
  }

  @Override
  public int status() {
    return status;
  }

  private Outcome judge(Http2Headers head, byte[] body) {
    status = RequestSyntax.status(head.status());
    if (!receive.areIn(body)) {
      return Outcome.FAILED;
    }
    if (!isIn(http.expected(), status)) {
      if (head.contains(FAIL)) {
        excluded.run();
      }
      return isIn(http.retriable(), status) ? Outcome.RETRIABLE : Outcome.FAILED;
    }
    if (service != null) {
      stats.healthCheck(ClusterStats.HealthCheck.VERIFY_CLUSTER);
      CharSequence said = head.get(SERVICE);
      if (!service.test(said == null ? "" : said.toString())) {
        return Outcome.FAILED;
      }
    }
    return head.contains(DEGRADED) ? Outcome.DEGRADED : Outcome.WELL;
  }

  private static boolean isIn(List<Statuses> ranges, int status) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).has(status)) {
        return true;
      }
    }
    return false;
  }
}
