package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.LbPolicy.ClientSideWeighted;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * What an endpoint's reports say of it: nothing for the blackout after its first, and nothing once
 * the last is too old.
 */
public final class ReportedLoad {
  /**
   * @param since when reports began to come without a gap
   */
  private record Latest(double weight, long since, long at) {}

  private volatile @Nullable Latest latest;

  /** Takes a report from headers or trailers, if there is one. */
  public void observe(Http2Headers headers, ClientSideWeighted policy, long now) {
    LoadReport report = LoadReport.of(headers);
    double weight = report == null ? 0 : report.weight(policy);
    if (weight > 0) {
      Latest before = latest;
      latest =
          new Latest(
              weight, before == null || expired(before, policy, now) ? now : before.since(), now);
    }
  }

  private static boolean expired(Latest report, ClientSideWeighted policy, long now) {
    long expiration = policy.expiration().toNanos();
    return expiration > 0 && now - report.at() > expiration;
  }

  /** The weight that counts now; 0 for none. */
  public double weight(ClientSideWeighted policy, long now) {
    Latest report = latest;
    return report == null
            || expired(report, policy, now)
            || now - report.since() < policy.blackout().toNanos()
        ? 0
        : report.weight();
  }
}
