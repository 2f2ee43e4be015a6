package dev.weft.xds.codec;

import dev.weft.xds.match.Regexes;
import dev.weft.xds.model.StatsSettings;
import dev.weft.xds.model.StatsSettings.Shown;
import dev.weft.xds.model.StatsSettings.Tag;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.config.metrics.v3.StatsMatcher;
import io.envoyproxy.envoy.config.metrics.v3.TagSpecifier;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code envoy.config.metrics.v3.StatsConfig}. */
final class StatsConfigs {
  /** Envoy's own tags, without their common beginning. */
  private static final Set<String> OWN =
      Set.of(
          "auth_prefix",
          "aws_request_signing_prefix",
          "clientssl_prefix",
          "cluster_name",
          "connection_limit_prefix",
          "dns_filter_prefix",
          "dynamo_operation",
          "dynamo_partition_id",
          "dynamo_table",
          "ext_authz_prefix",
          "fault_downstream_cluster",
          "google_grpc_client_prefix",
          "grpc_bridge_method",
          "grpc_bridge_service",
          "http_conn_manager_prefix",
          "http_user_agent",
          "listener_address",
          "local_http_ratelimit_prefix",
          "local_listener_ratelimit_prefix",
          "local_network_ratelimit_prefix",
          "mongo_callsite",
          "mongo_cmd",
          "mongo_collection",
          "mongo_prefix",
          "proxy_protocol_prefix",
          "proxy_protocol_version",
          "ratelimit_prefix",
          "rbac_http_hcm_prefix",
          "rbac_http_prefix",
          "rbac_policy_name",
          "rbac_prefix",
          "rds_route_config",
          "redis_prefix",
          "response_code",
          "response_code_class",
          "route",
          "scoped_rds_config",
          "ssl_cipher",
          "ssl_cipher_suite",
          "tcp_prefix",
          "thrift_prefix",
          "tls_certificate",
          "udp_prefix",
          "virtual_cluster",
          "virtual_host",
          "worker_id",
          "xds_authority",
          "xds_resource_name");

  private StatsConfigs() {}

  static StatsSettings decode(StatsConfig config, DecodeScope scope) {
    List<Tag> tags = new ArrayList<>();
    for (int i = 0; i < config.getStatsTagsCount(); i++) {
      tags.add(tag(config.getStatsTags(i), scope.at("stats_tags", i)));
    }
    boolean defaults = !config.hasUseAllDefaultTags() || config.getUseAllDefaultTags().getValue();
    return new StatsSettings(
        tags,
        defaults,
        config.hasStatsMatcher()
            ? shown(config.getStatsMatcher(), scope.at("stats_matcher"))
            : new Shown.All());
  }

  private static Tag tag(TagSpecifier tag, DecodeScope scope) {
    String name = Wire.text(tag.getTagName(), scope.at("tag_name"));
    if (tag.hasFixedValue()) {
      return new Tag.Fixed(name, tag.getFixedValue());
    }
    if (tag.getRegex().isEmpty()) {
      scope.require(
          name.startsWith("envoy.") && OWN.contains(name.substring("envoy.".length())),
          "must have a regex or a fixed_value: \"" + name + "\" is no tag of Envoy's own");
      return new Tag.Own(name);
    }
    try {
      Regexes.compile(tag.getRegex());
    } catch (IllegalArgumentException e) {
      scope.at("regex").problem(String.valueOf(e.getMessage()));
    }
    return new Tag.Part(name, tag.getRegex());
  }

  private static Shown shown(StatsMatcher matcher, DecodeScope scope) {
    return switch (matcher.getStatsMatcherCase()) {
      case REJECT_ALL -> matcher.getRejectAll() ? new Shown.Nothing() : new Shown.All();
      case EXCLUSION_LIST ->
          new Shown.AllBut(names(matcher.getExclusionList(), scope.at("exclusion_list")));
      case INCLUSION_LIST ->
          new Shown.Only(names(matcher.getInclusionList(), scope.at("inclusion_list")));
      case STATSMATCHER_NOT_SET -> {
        scope.problem("must have one of reject_all, exclusion_list and inclusion_list");
        yield new Shown.All();
      }
    };
  }

  private static List<StringMatch> names(ListStringMatcher list, DecodeScope scope) {
    scope.at("patterns").require(list.getPatternsCount() > 0, "must not be empty");
    List<StringMatch> names = new ArrayList<>();
    for (int i = 0; i < list.getPatternsCount(); i++) {
      names.add(StringMatches.decode(list.getPatterns(i), scope.at("patterns", i)));
    }
    return names;
  }
}
