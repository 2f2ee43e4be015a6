package dev.weft.control.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.resource.BreakerPolicy.Fallback;
import dev.weft.control.resource.BreakerPolicy.GrpcStatus;
import dev.weft.control.resource.TrafficPolicyResource.Abort;
import dev.weft.control.resource.TrafficPolicyResource.Balancer;
import dev.weft.control.resource.TrafficPolicyResource.Delay;
import dev.weft.control.resource.TrafficPolicyResource.Faults;
import dev.weft.control.resource.TrafficPolicyResource.Hash;
import dev.weft.control.resource.TrafficPolicyResource.HashKey;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import dev.weft.control.resource.TrafficPolicyResource.RateLimit;
import dev.weft.control.resource.TrafficPolicyResource.SlowStart;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What traffic policies can say, and what of it contradicts itself. */
class TrafficPolicyVocabularyTest {
  private final ResourceReader reader = new ResourceReader(new Schemas());

  @Test
  void whatIsLeftOutHasItsDefault() {
    Reading reading =
        reader.read(
            policy(
                """
                loadBalancing:
                  policy: Maglev
                  hash: {on: [{cookie: {name: sess, ttl: 1h}}, {header: X-User}, {queryParam: user}]}
                faults: {delay: {duration: 2s}, abort: {grpcStatus: 14, percent: 0.5}}
                rateLimit: {requests: 100, per: 1s}
                """));

    assertThat(reading.violations()).isEmpty();
    var policy = (TrafficPolicyResource) reading.documents().getFirst().resource();
    assertThat(policy.loadBalancing())
        .isEqualTo(
            new LoadBalancing(
                Balancer.MAGLEV,
                null,
                null,
                new Hash(
                    List.of(
                        new HashKey.Cookie("sess", Duration.ofHours(1), null),
                        new HashKey.Header("X-User"),
                        new HashKey.QueryParam("user")),
                    null),
                null,
                null,
                null,
                null));
    assertThat(policy.faults())
        .isEqualTo(
            new Faults(
                new Delay(Duration.ofSeconds(2), 100), new Abort(null, 14, 0.5), List.of(), null));
    assertThat(policy.rateLimit()).isEqualTo(new RateLimit(100, Duration.ofSeconds(1), 100));
  }

  @Test
  void aBreakerSaysOnlyWhatIsDifferent() {
    Reading reading =
        reader.read(
            policy(
                "errorRateBreaker: {timeout: 2s, failureGrpcStatuses: [ABORTED], fallback:"
                    + " {service: {name: other, port: 80}}}"));

    assertThat(reading.violations()).isEmpty();
    var policy = (TrafficPolicyResource) reading.documents().getFirst().resource();
    assertThat(policy.errorRateBreaker())
        .isEqualTo(
            new BreakerPolicy(
                Duration.ofSeconds(2),
                null,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(GrpcStatus.ABORTED),
                new Fallback.OtherService(
                    new ServiceRef(policy.metadata().namespace(), "other", 80))));
    assertThat(GrpcStatus.ABORTED.number()).isEqualTo(10);
    assertThat(GrpcStatus.UNAUTHENTICATED.number()).isEqualTo(16);
  }

  @Test
  void newInstancesMayBeginSlowly() {
    Reading reading =
        reader.read(
            policy("loadBalancing: {policy: LeastRequest, choices: 4, slowStart: {window: 30s}}"));

    assertThat(reading.violations()).isEmpty();
    var policy = (TrafficPolicyResource) reading.documents().getFirst().resource();
    assertThat(policy.loadBalancing())
        .isEqualTo(
            new LoadBalancing(
                Balancer.LEAST_REQUEST,
                4,
                new SlowStart(Duration.ofSeconds(30), 1, 10),
                null,
                null,
                null,
                null,
                null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "loadBalancing: {policy: RingHash} | /spec/loadBalancing/hash | nothing to place requests by",
        "loadBalancing: {policy: Random, hash: {on: [{header: a}]}} | /spec/loadBalancing/hash | RingHash",
        "loadBalancing: {policy: Random, slowStart: {window: 1s}} | /spec/loadBalancing/slowStart | RoundRobin",
        "loadBalancing: {policy: RoundRobin, slowStart: {window: 0s}} | /spec/loadBalancing/slowStart/window | zero",
        "loadBalancing: {policy: RoundRobin, choices: 2} | /spec/loadBalancing/choices | LeastRequest",
        "loadBalancing: {policy: RoundRobin, decay: 2s} | /spec/loadBalancing/decay | PeakEwma",
        "loadBalancing: {policy: RoundRobin, reports: {blackout: 2s}} | /spec/loadBalancing/reports | ReportedLoad",
        "loadBalancing: {policy: ReportedLoad, reports: {updatePeriod: 50ms}} | /spec/loadBalancing/reports/updatePeriod | 100ms",
        "loadBalancing: {policy: ReportedLoad, reports: {metrics: [a, b, a]}} | /spec/loadBalancing/reports/metrics/2 | the metric",
        "connectionPool: {keepalive: {interval: 500ms}} | /spec/connectionPool/keepalive/interval | 1s",
        "connectionPool: {keepalive: {interval: 30s, timeout: 10h}} | /spec/connectionPool/keepalive/timeout | 9h",
        "connectionPool: {preconnectRatio: 4} | /spec/connectionPool/preconnectRatio | 3",
        "redirects: {statusCodes: [304]} | /spec/redirects/statusCodes/0 | allowed value",
        "redirects: {max: 11} | /spec/redirects/max | 10",
        "redirects: {copyHeaders: [x-a, Host]} | /spec/redirects/copyHeaders/1 | location",
        "redirects: {copyHeaders: [x-a, X-A]} | /spec/redirects/copyHeaders/1 | the header",
        "loadBalancing: {policy: RoundRobin, panicPercent: 101} | /spec/loadBalancing/panicPercent | 100",
        "loadBalancing: {policy: Maglev, hash: {on: [{header: a, queryParam: b}]}} | /spec/loadBalancing/hash/on/0 | 1",
        "loadBalancing: {policy: Maglev, hash: {on: [{header: a}, {header: a}]}} | /spec/loadBalancing/hash/on/1 | the key",
        "loadBalancing: {policy: Maglev, hash: {on: [{cookie: {name: a, path: '/;x'}}]}} | /spec/loadBalancing/hash/on/0/cookie/path | well-formed",
        "timeouts: {request: 2s, maxStreamDuration: 1s} | /spec/timeouts/request | never be reached",
        "retries: {statusCodes: [200]} | /spec/retries/statusCodes/0 | 400",
        "retries: {methods: [FETCH]} | /spec/retries/methods/0 | allowed value",
        "retries: {rateLimitedBackoff: {headers: [{name: retry-after}], max: 0s}} | /spec/retries/rateLimitedBackoff/max | zero",
        "retries: {rateLimitedBackoff: {headers: []}} | /spec/retries/rateLimitedBackoff/headers | 1",
        "retries: {responseHeaders: [{name: a, type: RegularExpression, value: '('}]} | /spec/retries/responseHeaders/0/value | RE2",
        "loadBalancing: {policy: Random, locality: {}} | /spec/loadBalancing/locality | one",
        "loadBalancing: {policy: Random, locality: {prefer: Rack}} | /spec/loadBalancing/locality/prefer | allowed value",
        "loadBalancing: {policy: Random, locality: {distribute: [{from: a, to: {a: 100}}], failover: [{from: a, to: [b]}]}} | /spec/loadBalancing/locality | do not belong together",
        "loadBalancing: {policy: Random, locality: {prefer: Zone, failover: [{from: a, to: [b, a]}]}} | /spec/loadBalancing/locality/failover/0/to | from which it leads",
        "loadBalancing: {policy: Random, locality: {prefer: Zone, failover: [{from: a, to: [b]}, {from: a, to: [c]}]}} | /spec/loadBalancing/locality/failover/1/from | the region a",
        "loadBalancing: {policy: Random, locality: {distribute: [{from: a, to: {a: 60, b: 30}}]}} | /spec/loadBalancing/locality/distribute/0/to | adds up to 90",
        "loadBalancing: {policy: Random, locality: {distribute: [{from: a, to: {a: 60, a/b: 40}}]}} | /spec/loadBalancing/locality/distribute/0/to/a~1b | in a region that has a share",
        "loadBalancing: {policy: Random, locality: {distribute: [{from: a/b/c, to: {a: 100}}]}} | /spec/loadBalancing/locality/distribute/0/from | well-formed",
        "outlierDetection: {maxEjectionTime: 10s} | /spec/outlierDetection/maxEjectionTime | shorter",
        "outlierDetection: {baseEjectionTime: 2m, maxEjectionTime: 1m} | /spec/outlierDetection/maxEjectionTime | shorter",
        "outlierDetection: {consecutiveLocalOriginFailures: 0} | /spec/outlierDetection/consecutiveLocalOriginFailures | 1",
        "outlierDetection: {failurePercentage: {threshold: 101}} | /spec/outlierDetection/failurePercentage/threshold | 100",
        "outlierDetection: {successRate: {hosts: 5}} | /spec/outlierDetection/successRate/hosts | not a field",
        "healthCheck: {interval: 1s} | /spec/healthCheck | one",
        "healthCheck: {http: {}, tcp: {}} | /spec/healthCheck | one",
        "healthCheck: {http: {}, interval: 100ms} | /spec/healthCheck/interval | shorter than 500ms",
        "healthCheck: {tcp: {}, timeout: 0s} | /spec/healthCheck/timeout | zero",
        "healthCheck: {http: {path: ready}} | /spec/healthCheck/http/path | well-formed",
        "healthCheck: {http: {expectedStatuses: [600]}} | /spec/healthCheck/http/expectedStatuses/0 | 599",
        "connectionPool: {idle: 2h} | /spec/connectionPool/idle | longer",
        "faults: {headers: [{name: a, value: b}]} | /spec/faults | neither delay nor abort",
        "faults: {abort: {percent: 5}} | /spec/faults/abort | one of httpStatus and grpcStatus",
        "faults: {abort: {httpStatus: 503, grpcStatus: 14}} | /spec/faults/abort | one of httpStatus and grpcStatus",
        "faults: {delay: {duration: 0s}} | /spec/faults/delay/duration | zero",
        "errorRateBreaker: {window: 50ms} | /spec/errorRateBreaker/window | shorter than 100ms",
        "errorRateBreaker: {resetTimeout: 0s} | /spec/errorRateBreaker/resetTimeout | zero",
        "errorRateBreaker: {failurePercent: 0} | /spec/errorRateBreaker/failurePercent | 1",
        "errorRateBreaker: {maxConcurrent: 0} | /spec/errorRateBreaker/maxConcurrent | 1",
        "errorRateBreaker: {failureStatuses: [200]} | /spec/errorRateBreaker/failureStatuses/0 | 400",
        "errorRateBreaker: {failureGrpcStatuses: [OK]} | /spec/errorRateBreaker/failureGrpcStatuses/0 | allowed value",
        "errorRateBreaker: {fallback: {reply: {status: 200}, lastGood: {}}} | /spec/errorRateBreaker/fallback | 1",
        "errorRateBreaker: {fallback: {reply: {}}} | /spec/errorRateBreaker/fallback/reply/status | missing",
        "errorRateBreaker: {fallback: {reply: {status: 200, headers: {Content-Length: '1'}}}} | /spec/errorRateBreaker/fallback/reply/headers/content-length | framed",
        "errorRateBreaker: {fallback: {lastGood: {maxAge: 0s}}} | /spec/errorRateBreaker/fallback/lastGood/maxAge | zero",
        "longStreams: {} | /spec/longStreams | 1",
        "longStreams: {maxPerCaller: 0} | /spec/longStreams/maxPerCaller | 1",
        "longStreams: {clientIdle: 0s} | /spec/longStreams/clientIdle | zero",
        "longStreams: {noticeAfter: 1h, maxDuration: 1h} | /spec/longStreams/noticeAfter | shorter",
        "longStreams: {rebalance: {maxPercent: 0}} | /spec/longStreams/rebalance/maxPercent | 1",
        "longStreams: {rebalance: {interval: 99ms}} | /spec/longStreams/rebalance/interval | shorter than 100ms",
        "rateLimit: {requests: 5, per: 10ms} | /spec/rateLimit/per | shorter than 50ms",
        "rateLimit: {requests: 0, per: 1s} | /spec/rateLimit/requests | 1",
      })
  void whatContradictsIsRefusedByItsPath(String section, String path, String problem) {
    Reading reading = reader.read(policy(section + "\n"));

    assertThat(reading.violations())
        .anySatisfy(
            violation -> {
              assertThat(violation.path()).isEqualTo(path);
              assertThat(violation.problem()).contains(problem);
            });
  }

  private static String policy(String sections) {
    return """
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: p}
        spec:
          targetRef: {kind: Service, name: a}
        """
        + sections.indent(2);
  }
}
