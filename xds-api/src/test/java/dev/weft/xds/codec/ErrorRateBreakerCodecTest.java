package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.ErrorRateBreaker.Fallback;
import dev.weft.xds.model.ErrorRateBreakerFilter;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The breaker as a user writes it, and what is refused of it by its path. */
class ErrorRateBreakerCodecTest {
  private final Codecs codecs = new Codecs();
  private final RouteFilterJson<ErrorRateBreaker> filter =
      new RouteFilterJson<>(
          dev.weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker.getDefaultInstance(),
          ErrorRateBreaker.class);

  @Test
  void whatIsLeftOutHasItsDefault() {
    assertThat(filter.read("{}")).isEqualTo(ErrorRateBreaker.DEFAULT);
    assertThat(ErrorRateBreaker.DEFAULT)
        .isEqualTo(
            new ErrorRateBreaker(
                Duration.ofMillis(800),
                20,
                Duration.ofSeconds(10),
                20,
                50,
                Duration.ofSeconds(30),
                new TreeSet<>(),
                new TreeSet<>(Set.of(2, 4, 13, 14, 15)),
                new Fallback.None()));
  }

  @Test
  void everythingCanBeSaid() {
    assertThat(
            filter.read(
                """
                {timeout: "0s", max_concurrent: 5, failures_rolling_window: "1s", min_requests: 3,
                 failure_percent: 100, reset_timeout: "2s", failure_statuses: [503, 429],
                 failure_grpc_statuses: ["ABORTED"],
                 fallback: {reply: {status: 200, body: "[]", headers: {"content-type": "application/json"}}}}
                """))
        .isEqualTo(
            new ErrorRateBreaker(
                Duration.ZERO,
                5,
                Duration.ofSeconds(1),
                3,
                100,
                Duration.ofSeconds(2),
                new TreeSet<>(Set.of(429, 503)),
                new TreeSet<>(Set.of(10)),
                new Fallback.Reply(
                    200, "[]", new TreeMap<>(Map.of("content-type", "application/json")), 14)));
    assertThat(filter.read("{fallback: {cluster: other}}").fallback())
        .isEqualTo(new Fallback.Cluster("other"));
    assertThat(filter.read("{fallback: {last_good: {}}}").fallback())
        .isEqualTo(new Fallback.LastGood(100, 65536, Duration.ofMinutes(5)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {timeout: "-1s"}                                                | timeout
          {max_concurrent: 0}                                             | max_concurrent
          {failures_rolling_window: "0.05s"}                              | failures_rolling_window
          {min_requests: 0}                                               | min_requests
          {failure_percent: 0}                                            | failure_percent
          {failure_percent: 101}                                          | failure_percent
          {reset_timeout: "0s"}                                           | reset_timeout
          {failure_statuses: [503, 200]}                                  | failure_statuses[1]
          {failure_grpc_statuses: ["OK"]}                                 | failure_grpc_statuses[0]
          {failure_grpc_statuses: ["UNAVAILABLE", "Gone"]}                | failure_grpc_statuses[1]
          {fallback: {}}                                                  | fallback
          {fallback: {cluster: ""}}                                       | fallback.cluster
          {fallback: {reply: {}}}                                         | fallback.reply.status
          {fallback: {reply: {status: 200, grpc_status: 0}}}              | fallback.reply.grpc_status
          {fallback: {reply: {status: 200, headers: {"X-A": "b"}}}}       | fallback.reply.headers["X-A"]
          {fallback: {reply: {status: 200, headers: {":status": "b"}}}}   | fallback.reply.headers[":status"]
          {fallback: {reply: {status: 200, headers: {connection: "b"}}}}  | fallback.reply.headers["connection"]
          {fallback: {reply: {status: 200, headers: {a: "b\\u000a"}}}}    | fallback.reply.headers["a"]
          {fallback: {last_good: {max_entries: 10001}}}                   | fallback.last_good.max_entries
          {fallback: {last_good: {max_body_bytes: 1048577}}}              | fallback.last_good.max_body_bytes
          {fallback: {last_good: {max_age: "0s"}}}                        | fallback.last_good.max_age
          """)
  void whatCannotBeIsRefusedByItsPath(String json, String path) {
    filter.assertRefused(json, path);
  }

  /** Envoy, and a Weft that is older than the filter, go without it instead of refusing all. */
  @Test
  void otherProxiesMayGoWithoutIt() throws Exception {
    HttpConnectionManager manager =
        HttpConnectionManagerBuilder.builder(
                HttpConnectionManager.of(
                    "s", HttpConnectionManager.CodecType.AUTO, new HttpConnectionManager.Rds("r")))
            .filters(List.of(new ErrorRateBreakerFilter("breaker", ErrorRateBreaker.DEFAULT)))
            .build();
    Listener listener =
        new Listener(
            "l",
            null,
            List.of(),
            null,
            false,
            Duration.ZERO,
            Listener.TrafficDirection.OUTBOUND,
            manager);
    var sent =
        codecs
            .encode(listener)
            .unpack(io.envoyproxy.envoy.config.listener.v3.Listener.class)
            .getApiListener()
            .getApiListener()
            .unpack(
                io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
                    .HttpConnectionManager.class);
    assertThat(sent.getHttpFilters(0).getIsOptional()).isTrue();
    assertThat(sent.getHttpFilters(1).getIsOptional()).as("the router").isFalse();

    RouteConfig routes =
        new RouteConfig(
            "r",
            List.of(),
            HeaderMutations.NONE,
            List.of(),
            false,
            false,
            false,
            List.of(),
            Map.of("breaker", new FilterOverride.Configure(ErrorRateBreaker.DEFAULT)));
    Any said =
        codecs
            .encode(routes)
            .unpack(RouteConfiguration.class)
            .getTypedPerFilterConfigMap()
            .get("breaker");
    assertThat(said.unpack(FilterConfig.class).getIsOptional()).isTrue();
    assertThat(codecs.decode(XdsType.ROUTE, codecs.encode(routes)))
        .isEqualTo(new Decoded.Valid<>(routes, List.of()));
  }
}
