package dev.weft.proxy.cluster.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.ClientSideWeighted;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Load that endpoints report with their answers. */
class ReportedLoadTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final ClientSideWeighted POLICY =
      new ClientSideWeighted(
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(1),
          2,
          List.of("named_metrics.queue", "utilization.disk"),
          LbPolicy.LocalityLb.DEFAULT);

  private static Http2Headers headers(String name, String value) {
    return new DefaultHttp2Headers().set(name, value);
  }

  private static double weight(String report) {
    LoadReport read = LoadReport.of(headers("endpoint-load-metrics", report));
    return read == null ? -1 : read.weight(POLICY);
  }

  @Test
  void theWeightIsTheRateForEachUnitOfUtilization() {
    assertThat(weight("TEXT rps_fractional=100,cpu_utilization=0.5")).isEqualTo(200);
    assertThat(weight("TEXT rps_fractional=100, cpu_utilization=0.5, application_utilization=0.25"))
        .isEqualTo(400);
    assertThat(
            weight(
                "TEXT rps_fractional=100,cpu_utilization=0.5,named_metrics.queue=0.2,utilization.disk=0.8"))
        .isEqualTo(125);
    assertThat(weight("TEXT rps_fractional=100,eps=25,cpu_utilization=0.5")).isEqualTo(100);
    assertThat(weight("JSON {\"rpsFractional\": 100, \"named_metrics\": {\"queue\": 0.4}}"))
        .isEqualTo(250);
    assertThat(weight("TEXT cpu_utilization=0.5")).isZero();
    assertThat(weight("TEXT rps_fractional=ten")).isEqualTo(-1);
    assertThat(weight("cpu_utilization=1")).isEqualTo(-1);
  }

  @Test
  void aReportInProtobufIsReadToo() {
    byte[] message = {
      0x31,
      0,
      0,
      0,
      0,
      0,
      0,
      0x59,
      0x40, // rps_fractional: 100
      0x42,
      16,
      0x0a,
      5,
      'q',
      'u',
      'e',
      'u',
      'e',
      0x11,
      0,
      0,
      0,
      0,
      0,
      0,
      (byte) 0xe0,
      0x3f // 0.5
    };
    String base64 = Base64.getEncoder().encodeToString(message);
    LoadReport report = LoadReport.of(headers("endpoint-load-metrics-bin", base64));
    assertThat(report).isNotNull();
    assertThat(report.weight(POLICY)).isEqualTo(200);
    assertThat(weight("BIN " + base64)).isEqualTo(200);
  }

  @Test
  void whateverAnEndpointSendsNothingIsThrown() {
    SplittableRandom random = new SplittableRandom(20261122);
    for (int i = 0; i < 10_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      LoadReport report =
          LoadReport.of(
              headers("endpoint-load-metrics-bin", Base64.getEncoder().encodeToString(bytes)));
      assertThat(report == null ? 0 : report.weight(POLICY)).isBetween(0.0, Double.MAX_VALUE);
    }
  }

  @Test
  void reportsCountAfterTheBlackoutAndUntilTheyExpire() {
    ReportedLoad load = new ReportedLoad();
    Http2Headers report =
        headers("endpoint-load-metrics", "TEXT rps_fractional=9,cpu_utilization=1");
    load.observe(report, POLICY, 0);
    assertThat(load.weight(POLICY, 5 * SECOND)).isZero();
    load.observe(report, POLICY, 9 * SECOND);
    assertThat(load.weight(POLICY, 11 * SECOND)).isEqualTo(9);
    assertThat(load.weight(POLICY, 70 * SECOND)).isZero();
    load.observe(report, POLICY, 71 * SECOND);
    assertThat(load.weight(POLICY, 72 * SECOND)).as("a new blackout").isZero();
    assertThat(load.weight(POLICY, 82 * SECOND)).isEqualTo(9);
  }
}
