package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.LocalRateLimit;
import dev.weft.xds.model.LocalRateLimit.Bucket;
import dev.weft.xds.model.RateLimitAction;
import dev.weft.xds.model.RateLimitRules;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits for some requests as a user writes them, and what is refused of them by its path. */
class RateLimitDescriptorsTest {
  private static final String BUCKET = "{max_tokens: 2, tokens_per_fill: 3, fill_interval: \"1s\"}";

  private final RouteFilterJson<LocalRateLimit> filter =
      new RouteFilterJson<>(
          io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
              .getDefaultInstance(),
          LocalRateLimit.class);

  @Test
  void whatIsLeftOutIsOneBucketForAll() {
    assertThat(filter.read(limit("")).rules()).isEqualTo(RateLimitRules.NONE);
  }

  @Test
  void everythingCanBeSaid() {
    assertThat(
            filter
                .read(
                    limit(
                        """
                        , max_dynamic_descriptors: 500, always_consume_default_token_bucket: false,
                        descriptors: [{entries: [{key: user}, {key: k, value: v}], token_bucket: B}],
                        rate_limits: [{actions: [{request_headers: {header_name: X-User, descriptor_key: user}},
                                                 {generic_key: {descriptor_value: v}}, {remote_address: {}}]}]
                        """))
                .rules())
        .isEqualTo(
            new RateLimitRules(
                List.of(
                    new RateLimitRules.Descriptor(
                        List.of(
                            new RateLimitRules.Entry("user", ""),
                            new RateLimitRules.Entry("k", "v")),
                        new Bucket(2, 3, Duration.ofSeconds(1)))),
                500,
                false,
                List.of(
                    List.of(
                        new RateLimitAction.RequestHeader("x-user", "user", false),
                        new RateLimitAction.GenericKey("generic_key", "v"),
                        new RateLimitAction.RemoteAddress()))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          descriptors: [{token_bucket: B}]                                                     | descriptors[0].entries
          descriptors: [{entries: [{value: v}], token_bucket: B}]                              | descriptors[0].entries[0].key
          descriptors: [{entries: [{key: k}], token_bucket: B}, {entries: [{key: k}], token_bucket: B}] | descriptors[1].entries
          max_dynamic_descriptors: 0                                                           | max_dynamic_descriptors
          local_cluster_rate_limit: {}                                                         | local_cluster_rate_limit
          rate_limits: [{}]                                                                    | rate_limits[0].actions
          rate_limits: [{actions: [{}]}]                                                       | rate_limits[0].actions[0]
          rate_limits: [{actions: [{remote_address: {}}], stage: 1}]                           | rate_limits[0].stage
          rate_limits: [{actions: [{remote_address: {}}], disable_key: k}]                     | rate_limits[0].disable_key
          rate_limits: [{actions: [{remote_address: {}}], hits_addend: {number: 2}}]           | rate_limits[0].hits_addend
          rate_limits: [{actions: [{remote_address: {}}], apply_on_stream_done: true}]         | rate_limits[0].apply_on_stream_done
          rate_limits: [{actions: [{destination_cluster: {}}]}]                                | rate_limits[0].actions[0].destination_cluster
          rate_limits: [{actions: [{masked_remote_address: {}}]}]                              | rate_limits[0].actions[0].masked_remote_address
          rate_limits: [{actions: [{generic_key: {}}]}]                                        | rate_limits[0].actions[0].generic_key.descriptor_value
          rate_limits: [{actions: [{generic_key: {descriptor_value: "%REQ(a)%"}}]}]            | rate_limits[0].actions[0].generic_key.descriptor_value
          rate_limits: [{actions: [{request_headers: {header_name: a}}]}]                      | rate_limits[0].actions[0].request_headers.descriptor_key
          rate_limits: [{actions: [{header_value_match: {descriptor_value: v}}]}]              | rate_limits[0].actions[0].header_value_match.headers
          """)
  void whatCannotBeIsRefusedByItsPath(String said, String path) {
    filter.assertRefused(limit(", " + said), path);
  }

  private static String limit(String more) {
    return ("{stat_prefix: limit, token_bucket: B" + more + "}").replace(": B", ": " + BUCKET);
  }
}
