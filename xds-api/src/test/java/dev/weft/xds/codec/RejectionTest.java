package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.JsonFormat.TypeRegistry;
import dev.weft.xds.model.XdsResource;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;
import io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not enforced is refused, with the path of the field, and every problem is told. */
class RejectionTest {
  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(HttpConnectionManager.getDescriptor())
          .add(TcpProxy.getDescriptor())
          .add(ConnectionLimit.getDescriptor())
          .add(ProxyProtocol.getDescriptor())
          .add(ProxyProtocolUpstreamTransport.getDescriptor())
          .add(ClusterConfig.getDescriptor())
          .add(TlsInspector.getDescriptor())
          .add(Router.getDescriptor())
          .add(CsrfPolicy.getDescriptor())
          .add(FilterConfig.getDescriptor())
          .add(FileAccessLog.getDescriptor())
          .add(HealthCheckEventFileSink.getDescriptor())
          .add(StdoutAccessLog.getDescriptor())
          .add(HttpGrpcAccessLogConfig.getDescriptor())
          .add(DownstreamTlsContext.getDescriptor())
          .add(RawBuffer.getDescriptor())
          .add(UpstreamTlsContext.getDescriptor())
          .add(UriTemplateMatchConfig.getDescriptor())
          .add(UriTemplateRewriteConfig.getDescriptor())
          .add(AllowListedRoutesConfig.getDescriptor())
          .build();

  private final Codecs codecs = new Codecs();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {prefix: "/", headers: [{name: a, string_match: {custom: {name: x}}}]} | match.headers[0].string_match.custom
          {safe_regex: {regex: "(?=x)"}}                                         | match.safe_regex
          {safe_regex: {regex: "((a{1000}){1000}){1000}"}}                       | match.safe_regex
          {}                                                                     | match
          {path_separated_prefix: "/a/"}                                         | match.path_separated_prefix
          {path_match_policy: TEMPLATE(a)}                                       | match.path_match_policy.typed_config.path_template
          {path_match_policy: TEMPLATE(/**/*)}                                   | match.path_match_policy.typed_config.path_template
          {path_match_policy: {name: x, typed_config: ROUTER}}                   | match.path_match_policy.typed_config
          {prefix: "/", query_parameters: [{name: a, present_match: false}]}     | match.query_parameters[0].present_match
          {prefix: "/", headers: [{name: a, string_match: {prefix: ""}}]}        | match.headers[0].string_match.prefix
          {prefix: "/", headers: [{name: "a b"}]}                                | match.headers[0].name
          {prefix: "/", dynamic_metadata: [{filter: x, path: [{key: a}]}]}       | match.dynamic_metadata[0].value
          {prefix: "/", dynamic_metadata: [{filter: x, value: {bool_match: true}}]} | match.dynamic_metadata[0].path
          {prefix: "/", filter_state: [{key: x}]}                                | match.filter_state
          """)
  void routeMatches(String match, String path) {
    assertThat(paths(route("match: " + templates(match) + ", route: {cluster: c}")))
        .containsExactly("virtual_hosts[0].routes[0]." + path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          route: {}                                                                       | route
          route: {cluster: c, hash_policy: [{filter_state: {key: a}}]}                    | route.hash_policy[0].filter_state
          route: {cluster: c, hash_policy: [{terminal: true}]}                            | route.hash_policy[0]
          route: {cluster: c, hash_policy: [{cookie: {ttl: 1s}}]}                         | route.hash_policy[0].cookie.name
          route: {cluster: c, hash_policy: [{header: {header_name: a, regex_rewrite: {pattern: {regex: b}, substitution: "\\\\1"}}}]} | route.hash_policy[0].header.regex_rewrite.substitution
          route: {cluster_header: "a b"}                                                  | route.cluster_header
          route: {cluster: c, cluster_not_found_response_code: 7}                         | route.cluster_not_found_response_code
          route: {cluster: c, regex_rewrite: {substitution: a}}                           | route.regex_rewrite.pattern
          route: {cluster: c, regex_rewrite: {pattern: {regex: "a(b)"}, substitution: "\\\\2"}} | route.regex_rewrite.substitution
          route: {cluster: c, prefix_rewrite: '/a', regex_rewrite: {pattern: {regex: a}}}   | route
          route: {cluster: c, path_rewrite_policy: REWRITE(/a)}                           | route.path_rewrite_policy
          route: {cluster: c, host_rewrite_header: "a b"}                                 | route.host_rewrite_header
          route: {cluster: c, host_rewrite_path_regex: {pattern: {regex: "("}}}           | route.host_rewrite_path_regex.pattern
          route: {weighted_clusters: {clusters: [{name: c, weight: 1, cluster_header: x}]}} | route.weighted_clusters.clusters[0]
          route: {weighted_clusters: {clusters: [{name: c, weight: 1}], header_name: "a b"}} | route.weighted_clusters.header_name
          route: {cluster: c, timeout: -1s}                                               | route.timeout
          route: {cluster: c, timeout: 3155760001s}                                       | route.timeout
          route: {cluster: c, idle_timeout: 315576000000s}                                | route.idle_timeout
          route: {cluster: c, priority: 7}                                                | route.priority
          route: {weighted_clusters: {clusters: [{name: c, weight: 0}]}}                  | route.weighted_clusters.clusters
          route: {weighted_clusters: {clusters: [{name: c}, {name: d, weight: 1}]}}       | route.weighted_clusters.clusters[0].weight
          route: {cluster: c, retry_policy: {retry_back_off: {base_interval: 0s}}}        | route.retry_policy.retry_back_off.base_interval
          route: {cluster: c, retry_policy: {retriable_request_headers: [{name: "a b"}]}} | route.retry_policy.retriable_request_headers[0].name
          route: {cluster: c, retry_policy: {rate_limited_retry_back_off: {}}}            | route.retry_policy.rate_limited_retry_back_off.reset_headers
          route: {cluster: c, retry_policy: {rate_limited_retry_back_off: {reset_headers: [{name: a, format: 7}]}}} | route.retry_policy.rate_limited_retry_back_off.reset_headers[0].format
          route: {cluster: c, retry_policy: {per_try_idle_timeout: -1s}}                  | route.retry_policy.per_try_idle_timeout
          route: {cluster: c, request_mirror_policies: [{}]}                              | route.request_mirror_policies[0]
          route: {cluster: c, request_mirror_policies: [{cluster: a, cluster_header: b}]} | route.request_mirror_policies[0]
          route: {cluster: c, request_mirror_policies: [{cluster_header: "a b"}]}         | route.request_mirror_policies[0].cluster_header
          route: {cluster: c, request_mirror_policies: [{cluster: a, runtime_fraction: {}}]} | route.request_mirror_policies[0].runtime_fraction.default_value
          route: {cluster: c, hedge_policy: {initial_requests: 0}}                        | route.hedge_policy.initial_requests
          route: {cluster: c, internal_redirect_policy: {redirect_response_codes: [301, 302, 303, 307, 308, 301]}} | route.internal_redirect_policy.redirect_response_codes
          route: {cluster: c, internal_redirect_policy: {response_headers_to_copy: [host]}} | route.internal_redirect_policy.response_headers_to_copy[0]
          route: {cluster: c, internal_redirect_policy: {response_headers_to_copy: [a, ":path"]}} | route.internal_redirect_policy.response_headers_to_copy[1]
          route: {cluster: c, internal_redirect_policy: {response_headers_to_copy: [a, A]}} | route.internal_redirect_policy.response_headers_to_copy[1]
          route: {cluster: c, internal_redirect_policy: {predicates: [{name: x, typed_config: ROUTER}]}} | route.internal_redirect_policy.predicates[0].typed_config
          route: {cluster: c, internal_redirect_policy: {predicates: [LISTED("a")]}, max_internal_redirects: 2} | route.max_internal_redirects
          route: {cluster: c, internal_redirect_policy: {predicates: [LISTED("a", "")]}}  | route.internal_redirect_policy.predicates[0].typed_config.allowed_route_names[1]
          route: {cluster: c, upgrade_configs: [{upgrade_type: other, connect_config: {}}]} | route.upgrade_configs[0].connect_config
          route: {cluster: c, upgrade_configs: [{upgrade_type: CONNECT, connect_config: {proxy_protocol_config: {}}}]} | route.upgrade_configs[0].connect_config.proxy_protocol_config
          direct_response: {status: 99}                                                   | direct_response.status
          direct_response: {status: 200, body: {filename: f}}                             | direct_response.body.filename
          redirect: {regex_rewrite: {}}                                                   | redirect.regex_rewrite.pattern
          route: {cluster: c}, response_headers_to_add: [{header: {key: a, value: "%X"}}] | response_headers_to_add[0].header.value
          route: {cluster: c}, request_headers_to_add: [{header: {key: a, value: "%WHO%"}}] | request_headers_to_add[0].header.value
          route: {cluster: c}, response_headers_to_add: [{header: {key: ":a", value: b}}] | response_headers_to_add[0].header.key
          route: {cluster: c}, request_headers_to_remove: [host]                          | request_headers_to_remove[0]
          route: {cluster: c}, typed_per_filter_config: {f: {}}                           | typed_per_filter_config["f"]
          """)
  void routeActions(String action, String path) {
    assertThat(paths(route("match: {prefix: '/'}, " + templates(action))))
        .containsExactly("virtual_hosts[0].routes[0]." + path);
  }

  /** Writes out {@code TEMPLATE(path)}, {@code REWRITE(path)} and {@code ROUTER}. */
  private static String templates(String json) {
    String type = "'@type': 'type.googleapis.com/envoy.extensions.";
    return json.replaceAll(
            "TEMPLATE\\(([^)]*)\\)",
            "{name: t, typed_config: {"
                + type
                + "path.match.uri_template.v3.UriTemplateMatchConfig', path_template: '$1'}}")
        .replaceAll(
            "REWRITE\\(([^)]*)\\)",
            "{name: t, typed_config: {"
                + type
                + "path.rewrite.uri_template.v3.UriTemplateRewriteConfig',"
                + " path_template_rewrite: '$1'}}")
        .replaceAll(
            "LISTED\\(([^)]*)\\)",
            "{name: l, typed_config: {"
                + type
                + "internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig',"
                + " allowed_route_names: [$1]}}")
        .replace("ROUTER", "{" + type + "filters.http.router.v3.Router'}");
  }

  @Test
  void aTemplateRewriteNamesVariablesOfItsMatch() {
    assertThat(
            paths(
                route(
                    templates(
                        "match: {path_match_policy: TEMPLATE(/a/{x})},"
                            + " route: {cluster: c, path_rewrite_policy: REWRITE(/{y})}"))))
        .containsExactly(
            "virtual_hosts[0].routes[0].route.path_rewrite_policy.typed_config.path_template_rewrite");
  }

  @Test
  void whatIsInternalIsNoPseudoHeader() {
    assertThat(
            paths(
                read(
                    "{name: r, internal_only_headers: [x-a, ':path']}",
                    RouteConfiguration.newBuilder())))
        .containsExactly("internal_only_headers[1]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {name: c, type: LOGICAL_DNS}                                            | load_assignment
          {name: c, type: LOGICAL_DNS, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: a.test, port_value: 1}}}}, {endpoint: {address: {socket_address: {address: b.test, port_value: 1}}}}]}]}} | load_assignment
          {name: c, type: LOGICAL_DNS, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: a.test, port_value: 1}}}}]}, {}]}} | load_assignment
          {name: c, type: STRICT_DNS, dns_refresh_rate: 0.001s}                   | dns_refresh_rate
          {name: c, type: STRICT_DNS, dns_failure_refresh_rate: {max_interval: 1s}} | dns_failure_refresh_rate.base_interval
          {name: c, type: STRICT_DNS, dns_failure_refresh_rate: {base_interval: 2s, max_interval: 1s}} | dns_failure_refresh_rate.max_interval
          {name: c, lb_policy: MAGLEV, common_lb_config: {consistent_hashing_lb_config: {use_hostname_for_hashing: true}}} | common_lb_config.consistent_hashing_lb_config.use_hostname_for_hashing
          {name: c, type: EDS, common_lb_config: {consistent_hashing_lb_config: {use_hostname_for_hashing: true}}} | common_lb_config.consistent_hashing_lb_config.use_hostname_for_hashing
          {name: c, lb_policy: CLUSTER_PROVIDED}                                  | lb_policy
          {name: c, lb_policy: MAGLEV, maglev_lb_config: {table_size: 65536}}     | maglev_lb_config.table_size
          {name: c, lb_policy: RING_HASH, ring_hash_lb_config: {minimum_ring_size: 9, maximum_ring_size: 8}} | ring_hash_lb_config.minimum_ring_size
          {name: c, lb_policy: RING_HASH, common_lb_config: {consistent_hashing_lb_config: {hash_balance_factor: 99}}} | common_lb_config.consistent_hashing_lb_config.hash_balance_factor
          {name: c, lb_subset_config: {subset_selectors: [{keys: [a, b], single_host_per_subset: true}]}} | lb_subset_config.subset_selectors[0].keys
          {name: c, lb_subset_config: {subset_selectors: [{keys: [a], fallback_policy: KEYS_SUBSET, fallback_keys_subset: [b]}]}} | lb_subset_config.subset_selectors[0].fallback_keys_subset
          {name: c, lb_subset_config: {}, load_balancing_policy: {policies: []}}  | lb_subset_config
          {name: c, connect_timeout: 0s}                                          | connect_timeout
          {name: c, preconnect_policy: {predictive_preconnect_ratio: 2}}          | preconnect_policy.predictive_preconnect_ratio
          {name: c, preconnect_policy: {per_upstream_preconnect_ratio: 0.9}}      | preconnect_policy.per_upstream_preconnect_ratio
          {name: c, preconnect_policy: {per_upstream_preconnect_ratio: 3.1}}      | preconnect_policy.per_upstream_preconnect_ratio
          {name: c, upstream_connection_options: {happy_eyeballs_config: {first_address_family_count: 0}}} | upstream_connection_options.happy_eyeballs_config.first_address_family_count
          {name: c, upstream_connection_options: {happy_eyeballs_config: {first_address_family_version: 7}}} | upstream_connection_options.happy_eyeballs_config.first_address_family_version
          {name: c, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 1.2.3.4, port_value: 1}}, additional_addresses: [{address: {socket_address: {address: 1.2.3.5, port_value: 1}}}, {address: {socket_address: {address: a.test, port_value: 1}}}]}}]}]}} | load_assignment.endpoints[0].lb_endpoints[0].endpoint.additional_addresses[1].address.socket_address.address
          {name: c, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 1.2.3.4, port_value: 1}}, health_check_config: {address: {socket_address: {address: a.test, port_value: 1}}}}}]}]}} | load_assignment.endpoints[0].lb_endpoints[0].endpoint.health_check_config.address.socket_address.address
          {name: c, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 1.2.3.4, port_value: 1}}, health_check_config: {address: {pipe: {path: x}}}}}]}]}} | load_assignment.endpoints[0].lb_endpoints[0].endpoint.health_check_config.address.pipe
          {name: c, upstream_connection_options: {tcp_keepalive: {keepalive_probes: 128}}} | upstream_connection_options.tcp_keepalive.keepalive_probes
          {name: c, upstream_connection_options: {tcp_keepalive: {keepalive_time: 32768}}} | upstream_connection_options.tcp_keepalive.keepalive_time
          {name: c, http_protocol_options: {header_key_format: {}}} | http_protocol_options.header_key_format
          {name: c, http2_protocol_options: {connection_keepalive: {interval: 1s}}} | http2_protocol_options.connection_keepalive.timeout
          {name: c, http2_protocol_options: {connection_keepalive: {timeout: 1s, interval: 0s}}} | http2_protocol_options.connection_keepalive.interval
          {name: c, http2_protocol_options: {connection_keepalive: {timeout: 1s, interval_jitter: {value: 101}}}} | http2_protocol_options.connection_keepalive.interval_jitter
          {name: c, http2_protocol_options: {max_concurrent_streams: 0}}          | http2_protocol_options.max_concurrent_streams
          {name: c, http_protocol_options: {}, http2_protocol_options: {}}        | http2_protocol_options
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, track_cluster_stats: {per_endpoint_stats: true}} | track_cluster_stats.per_endpoint_stats
          {name: c, type: STRICT_DNS, typed_dns_resolver_config: {name: a}}       | typed_dns_resolver_config.typed_config
          {name: c, upstream_bind_config: {source_address: {address: a.test, port_value: 0}}} | upstream_bind_config.source_address.address
          {name: c, upstream_bind_config: {source_address: {address: 127.0.0.1}}} | upstream_bind_config.source_address.port_value
          {name: c, upstream_bind_config: {extra_source_addresses: [{address: {address: 127.0.0.1, port_value: 0}}]}} | upstream_bind_config.extra_source_addresses[0].address
          {name: c, upstream_bind_config: {source_address: {address: 127.0.0.2, port_value: 0}, extra_source_addresses: [{address: {address: 127.0.0.1, port_value: 0}}]}} | upstream_bind_config.extra_source_addresses[0].address
          {name: c, upstream_bind_config: {source_address: {address: 127.0.0.2, port_value: 0}, additional_source_addresses: [{address: "::1", port_value: 0}, {address: "::2", port_value: 0}]}} | upstream_bind_config.additional_source_addresses[1]
          {name: c, upstream_bind_config: {source_address: {address: 127.0.0.2, port_value: 0}, freebind: true}} | upstream_bind_config.freebind
          {name: c, upstream_bind_config: {source_address: {address: 127.0.0.2, port_value: 0}, socket_options: [{level: 1, name: 2, int_value: 3}]}} | upstream_bind_config.socket_options
          {name: c, upstream_bind_config: {local_address_selector: {name: a}}}    | upstream_bind_config.local_address_selector
          {name: c, circuit_breakers: {per_host_thresholds: [{max_requests: 1}]}} | circuit_breakers.per_host_thresholds[0]
          {name: c, circuit_breakers: {per_host_thresholds: [{priority: HIGH}]}}  | circuit_breakers.per_host_thresholds[0].priority
          {name: c, circuit_breakers: {per_host_thresholds: [{}, {}]}}            | circuit_breakers.per_host_thresholds
          {name: c, protocol_selection: 7}                                        | protocol_selection
          {name: c, common_http_protocol_options: {max_headers_count: 0}}         | common_http_protocol_options.max_headers_count
          {name: c, common_http_protocol_options: {max_response_headers_kb: 0}}   | common_http_protocol_options.max_response_headers_kb
          {name: c, common_http_protocol_options: {max_response_headers_kb: 8193}} | common_http_protocol_options.max_response_headers_kb
          {name: c, common_http_protocol_options: {max_stream_duration: -1s}} | common_http_protocol_options.max_stream_duration
          {name: c, http2_protocol_options: {custom_settings_parameters: [{identifier: 3, value: 4}]}} | http2_protocol_options.custom_settings_parameters
          {name: c, health_checks: [{}, {}]}                                      | health_checks
          {name: c, common_lb_config: {override_host_status: {}}}                 | common_lb_config.override_host_status
          {name: c, type: EDS, eds_cluster_config: {eds_config: {path: f}}}       | eds_cluster_config.eds_config.path
          {name: c, transport_socket_matches: [{name: m}]}                        | transport_socket_matches[0].transport_socket
          {name: c, transport_socket_matches: [{transport_socket: {name: x}}]}    | transport_socket_matches[0].name
          {name: c, transport_socket_matches: [{name: m, transport_socket: {name: x}}]} | transport_socket_matches[0].transport_socket.typed_config
          {name: c, type: ORIGINAL_DST}                                           | lb_policy
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, load_assignment: {cluster_name: c}} | load_assignment
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, cleanup_interval: 0s} | cleanup_interval
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, outlier_detection: {}} | outlier_detection
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, health_checks: [{}]} | health_checks
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, original_dst_lb_config: {use_http_header: true}} | original_dst_lb_config.http_header_name
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, original_dst_lb_config: {use_http_header: true, http_header_name: X-Envoy-Original-Dst-Host}} | original_dst_lb_config.http_header_name
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, original_dst_lb_config: {use_http_header: true, http_header_name: "a b"}} | original_dst_lb_config.http_header_name
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, original_dst_lb_config: {http_header_name: a}} | original_dst_lb_config.http_header_name
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, original_dst_lb_config: {upstream_port_override: 65536}} | original_dst_lb_config.upstream_port_override
          {name: c, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, original_dst_lb_config: {metadata_key: {key: a}}} | original_dst_lb_config.metadata_key.path
          {name: c, type: STATIC, original_dst_lb_config: {}}                     | original_dst_lb_config
          {name: c, lb_policy: CLUSTER_PROVIDED, cluster_type: {name: x}}         | cluster_type.typed_config
          {name: c, lb_policy: CLUSTER_PROVIDED, cluster_type: {name: x, typed_config: {AGGREGATE}}} | cluster_type.typed_config.clusters
          {name: c, lb_policy: CLUSTER_PROVIDED, cluster_type: {name: x, typed_config: {AGGREGATE, clusters: [a, '']}}} | cluster_type.typed_config.clusters[1]
          {name: c, cluster_type: {name: x, typed_config: {AGGREGATE, clusters: [a]}}} | lb_policy
          {name: c, lb_policy: CLUSTER_PROVIDED, cluster_type: {name: x, typed_config: {AGGREGATE, clusters: [a]}}, load_assignment: {cluster_name: c}} | load_assignment
          {name: c, transport_socket: {name: x, typed_config: {PROXIED}}}          | transport_socket.typed_config.transport_socket
          {name: c, transport_socket: {name: x, typed_config: {PROXIED, transport_socket: {name: y, typed_config: {PROXIED}}}}} | transport_socket.typed_config.transport_socket.typed_config
          {name: c, transport_socket: {name: x, typed_config: {PROXIED, transport_socket: {name: y, typed_config: {PLAIN}}, config: {added_tlvs: [{type: 1}]}}}} | transport_socket.typed_config.config.added_tlvs[0].value
          {name: c, transport_socket: {name: x, typed_config: {PROXIED, transport_socket: {name: y, typed_config: {PLAIN}}, config: {added_tlvs: [{type: 256, value: 'YQ=='}]}}}} | transport_socket.typed_config.config.added_tlvs[0].type
          {name: c, transport_socket: {name: x, typed_config: {PROXIED, transport_socket: {name: y, typed_config: {PLAIN}}, config: {added_tlvs: [{type: 1, value: 'YQ=='}, {type: 1, value: 'Yg=='}]}}}} | transport_socket.typed_config.config.added_tlvs[1].type
          {name: c, transport_socket: {name: x, typed_config: {PROXIED, transport_socket: {name: y, typed_config: {PLAIN}}, config: {pass_through_tlvs: {match_type: INCLUDE, tlv_type: [256]}}}}} | transport_socket.typed_config.config.pass_through_tlvs.tlv_type[0]
          {name: c, outlier_detection: {enforcing_consecutive_5xx: 101}}          | outlier_detection.enforcing_consecutive_5xx
          {name: c, outlier_detection: {enforcing_failure_percentage: 101}}       | outlier_detection.enforcing_failure_percentage
          {name: c, outlier_detection: {failure_percentage_threshold: 101}}       | outlier_detection.failure_percentage_threshold
          {name: c, outlier_detection: {max_ejection_time: 29s}}                  | outlier_detection.max_ejection_time
          {name: c, outlier_detection: {max_ejection_time_jitter: -1s}}           | outlier_detection.max_ejection_time_jitter
          {name: c, outlier_detection: {monitors: [{name: m}]}}                   | outlier_detection.monitors
          {name: c, circuit_breakers: {thresholds: [{}, {}]}}                     | circuit_breakers.thresholds[1].priority
          {name: c, common_lb_config: {healthy_panic_threshold: {value: 101}}}    | common_lb_config.healthy_panic_threshold
          {name: c, load_balancing_policy: {policies: []}}                        | load_balancing_policy.policies
          {name: c, lb_policy: LEAST_REQUEST, least_request_lb_config: {choice_count: 1}} | least_request_lb_config.choice_count
          {name: c, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: a.test, port_value: 1}}}}]}]}} | load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address
          {name: c, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{load_balancing_weight: 0, endpoint: {address: {socket_address: {address: 1.2.3.4, port_value: 1}}}}]}]}} | load_assignment.endpoints[0].lb_endpoints[0].load_balancing_weight
          """)
  void clusters(String cluster, String path) {
    String proxied =
        "'@type':"
            + " 'type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport'";
    List<String> paths =
        paths(
            read(
                cluster
                    .replace(
                        "PLAIN",
                        "'@type':"
                            + " 'type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer'")
                    .replace("PROXIED", proxied)
                    .replace(
                        "AGGREGATE",
                        "'@type': 'type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig'"),
                Cluster.newBuilder()));

    assertThat(paths).contains(path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          timeout: 0s, tcp_health_check: {}                                       | timeout
          interval: 0s, tcp_health_check: {}                                      | interval
          no_traffic_interval: 0s, tcp_health_check: {}                           | no_traffic_interval
          healthy_edge_interval: -1s, tcp_health_check: {}                        | healthy_edge_interval
          unhealthy_threshold: null, tcp_health_check: {}                         | unhealthy_threshold
          healthy_threshold: null, tcp_health_check: {}                           | healthy_threshold
          event_log_path: a, tcp_health_check: {}                          | event_log_path
          event_logger: [{name: a}], tcp_health_check: {}                         | event_logger[0].typed_config
          event_service: {}, tcp_health_check: {}                                 | event_service
          custom_health_check: {name: envoy.health_checkers.redis}                | custom_health_check
          grpc_health_check: {}                                                   | grpc_health_check
          tcp_health_check: {send: {text: "0"}}                                   | tcp_health_check.send.text
          tcp_health_check: {receive: [{text: "ok"}]}                             | tcp_health_check.receive[0].text
          tcp_health_check: {receive: [{}]}                                       | tcp_health_check.receive[0]
          tcp_health_check: {proxy_protocol_config: {}}                           | tcp_health_check.proxy_protocol_config
          http_health_check: {}                                                   | http_health_check.path
          http_health_check: {path: "/", host: "a\\nb"}                             | http_health_check.host
          http_health_check: {path: "/", method: CONNECT}                           | http_health_check.method
          http_health_check: {path: "/", send: {text: "00"}}                        | http_health_check.send
          http_health_check: {path: "/", response_buffer_size: 0}                   | http_health_check.response_buffer_size
          http_health_check: {path: "/", codec_client_type: HTTP3}                  | http_health_check.codec_client_type
          http_health_check: {path: "/", expected_statuses: [{start: 99, end: 200}]} | http_health_check.expected_statuses[0]
          http_health_check: {path: "/", expected_statuses: [{start: 200, end: 200}]} | http_health_check.expected_statuses[0]
          http_health_check: {path: "/", retriable_statuses: [{start: 500, end: 601}]} | http_health_check.retriable_statuses[0]
          http_health_check: {path: "/", request_headers_to_remove: [host]}         | http_health_check.request_headers_to_remove[0]
          http_health_check: {path: "/", request_headers_to_add: [{header: {key: a, value: "%PROTOCOL%"}}]} | http_health_check.request_headers_to_add[0].header.value
          http_health_check: {path: "/", service_name_matcher: {custom: {name: x}}} | http_health_check.service_name_matcher.custom
          timeout: 1s                                                             |
          """)
  void healthChecks(String fields, String path) {
    String check =
        "{timeout: 1s, interval: 1s, unhealthy_threshold: 1, healthy_threshold: 1, %s}"
            .formatted(fields);
    assertThat(paths(read("{name: c, health_checks: [%s]}".formatted(check), Cluster.newBuilder())))
        .containsExactly("health_checks[0]" + (path == null ? "" : "." + path));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          alpn_protocols: [""], tls_certificate_provider_instance: {instance_name: d}                 | common_tls_context.alpn_protocols[0]
          alpn_protocols: [h2]                                                                       | common_tls_context
          tls_certificate_provider_instance: {instance_name: d}, tls_params: {cipher_suites: [x]}    | common_tls_context.tls_params.cipher_suites[0]
          tls_certificate_provider_instance: {instance_name: d}, tls_params: {ecdh_curves: [X25519, secp256k1]} | common_tls_context.tls_params.ecdh_curves[1]
          tls_certificate_provider_instance: {instance_name: d}, tls_params: {signature_algorithms: [x]} | common_tls_context.tls_params.signature_algorithms
          tls_certificate_provider_instance: {instance_name: d}, tls_params: {tls_minimum_protocol_version: TLSv1_0} | common_tls_context.tls_params.tls_minimum_protocol_version
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {crl: {inline_string: x}} | common_tls_context.validation_context.crl
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {verify_certificate_hash: [x]} | common_tls_context.validation_context.verify_certificate_hash[0]
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {verify_certificate_spki: [x]} | common_tls_context.validation_context.verify_certificate_spki[0]
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {allow_expired_certificate: true} | common_tls_context.validation_context.allow_expired_certificate
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {max_verify_depth: 101} | common_tls_context.validation_context.max_verify_depth
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {trust_chain_verification: ACCEPT_UNTRUSTED} | common_tls_context
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {custom_validator_config: {name: x}} | common_tls_context.validation_context.custom_validator_config
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {match_typed_subject_alt_names: [{san_type: URI, matcher: {exact: a}}]} | common_tls_context.validation_context
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {ca_certificate_provider_instance: {instance_name: d}, match_typed_subject_alt_names: [{matcher: {exact: a}}]} | common_tls_context.validation_context.match_typed_subject_alt_names[0].san_type
          tls_certificate_provider_instance: {instance_name: d}, validation_context: {ca_certificate_provider_instance: {instance_name: d}, match_typed_subject_alt_names: [{san_type: OTHER_NAME, oid: a, matcher: {exact: a}}]} | common_tls_context.validation_context.match_typed_subject_alt_names[0].oid
          tls_certificate_provider_instance: {instance_name: d}, tls_certificate_sds_secret_configs: [{name: a}] | common_tls_context
          tls_certificates: [{certificate_chain: {filename: f}, private_key: {inline_string: k}}]    | common_tls_context.tls_certificates[0].certificate_chain.filename
          """)
  void downstreamTls(String context, String path) {
    Message listener =
        listener(
            """
            transport_socket: {name: t, typed_config: {
              "@type": 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
              common_tls_context: {%s}}},
            filters: [%s]
            """
                .formatted(context, TCP));

    assertThat(paths(listener)).contains("filter_chains[0].transport_socket.typed_config." + path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          session_ticket_keys: {}                                   | session_ticket_keys.keys
          session_ticket_keys: {keys: [{inline_string: short}]}     | session_ticket_keys.keys[0]
          session_ticket_keys: {keys: [{filename: f}]}              | session_ticket_keys.keys[0].filename
          session_ticket_keys_sds_secret_config: {name: a}          | session_ticket_keys_sds_secret_config
          session_timeout: 4294967296s                              | session_timeout
          session_timeout: -1s                                      | session_timeout
          ocsp_staple_policy: MUST_STAPLE                           | ocsp_staple_policy
          """)
  void sessionsOfTls(String field, String path) {
    Message listener =
        listener(
            """
            transport_socket: {name: t, typed_config: {
              "@type": 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
              %s,
              common_tls_context: {tls_certificate_provider_instance: {instance_name: d}}}},
            filters: [%s]
            """
                .formatted(field, TCP));

    assertThat(paths(listener)).contains("filter_chains[0].transport_socket.typed_config." + path);
  }

  @Test
  void aClientCertificateIsNotRequiredWithoutRoots() {
    Message listener =
        listener(
            """
            transport_socket: {name: t, typed_config: {
              "@type": 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext',
              require_client_certificate: true,
              common_tls_context: {tls_certificate_provider_instance: {instance_name: d}}}},
            filters: [%s]
            """
                .formatted(TCP));

    assertThat(paths(listener))
        .containsExactly(
            "filter_chains[0].transport_socket.typed_config.require_client_certificate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          http_filters: [BUFFER, ROUTER], rds: RDS                               | http_filters[0].typed_config
          http_filters: [ROUTER, BUFFER], rds: RDS                               | http_filters[0]
          http_filters: [], rds: RDS                                             | http_filters
          http_filters: [{name: a, typed_config: {'@type': CALLS, individual_method_stats_allowlist: {services: [{method_names: [a]}]}}}, ROUTER], rds: RDS | http_filters[0].typed_config.individual_method_stats_allowlist.services[0].name
          http_filters: [{name: a, typed_config: {'@type': CALLS, individual_method_stats_allowlist: {services: [{name: a}]}}}, ROUTER], rds: RDS | http_filters[0].typed_config.individual_method_stats_allowlist.services[0].method_names
          http_filters: [ROUTER]                                                 | ``
          http_filters: [ROUTER], SCOPES([{name: a, on_demand: true, route_configuration: {}, KEY}], {name: h, index: 0}) | scoped_routes.scoped_route_configurations_list.scoped_route_configurations[0].on_demand
          http_filters: [ROUTER], SCOPES([{name: a, route_configuration: {}, KEY}, {name: b, route_configuration: {}, KEY}], {name: h, index: 0}) | scoped_routes.scoped_route_configurations_list.scoped_route_configurations[1].key
          http_filters: [ROUTER], SCOPES([{route_configuration: {}, KEY}], {name: h, index: 0}) | scoped_routes.scoped_route_configurations_list.scoped_route_configurations[0].name
          http_filters: [ROUTER], SCOPES([{name: a, KEY}], {name: h, index: 0}) | scoped_routes.scoped_route_configurations_list.scoped_route_configurations[0]
          http_filters: [ROUTER], SCOPES([{name: a, route_configuration_name: r, KEY}], {name: h, index: 0}) | scoped_routes.rds_config_source
          http_filters: [ROUTER], SCOPES([{name: a, route_configuration: {}, KEY}], {name: h, index: 1}) | scoped_routes.scope_key_builder.fragments[0].header_value_extractor.index
          http_filters: [ROUTER], SCOPES([{name: a, route_configuration: {}, KEY}], {name: h}) | scoped_routes.scope_key_builder.fragments[0].header_value_extractor
          http_filters: [ROUTER], SCOPES([{name: a, route_configuration: {}, KEY}], {name: h, element: {key: k}}) | scoped_routes.scope_key_builder.fragments[0].header_value_extractor.element.separator
          http_filters: [ROUTER], rds: RDS, codec_type: HTTP3                    | codec_type
          http_filters: [ROUTER], rds: RDS, upgrade_configs: [{}]                | upgrade_configs[0].upgrade_type
          http_filters: [ROUTER], rds: RDS, upgrade_configs: [{upgrade_type: connect-udp}] | upgrade_configs[0].upgrade_type
          http_filters: [ROUTER], rds: RDS, upgrade_configs: [{upgrade_type: a}, {upgrade_type: A}] | upgrade_configs[1].upgrade_type
          http_filters: [ROUTER], rds: RDS, upgrade_configs: [{upgrade_type: a, filters: [ROUTER]}] | upgrade_configs[0].filters
          http_filters: [ROUTER], rds: RDS, max_request_headers_kb: 8193         | max_request_headers_kb
          http_filters: [ROUTER], rds: RDS, path_with_escaped_slashes_action: 9  | path_with_escaped_slashes_action
          http_filters: [ROUTER], rds: RDS, original_ip_detection_extensions: [{name: x}] | original_ip_detection_extensions
          http_filters: [ROUTER], rds: RDS, access_log: [{typed_config: {'@type': FILE, path: '/var/log/a'}}] | access_log[0].typed_config.path
          http_filters: [ROUTER], rds: RDS, access_log: [{typed_config: {'@type': GRPC}}] | access_log[0].typed_config
          http_filters: [ROUTER], rds: RDS, access_log: [{typed_config: {'@type': STDOUT, log_format: {text_format: "%X%"}}}] | access_log[0].typed_config.log_format.text_format
          http_filters: [ROUTER], rds: RDS, access_log: [{typed_config: {'@type': STDOUT, log_format: {text_format: "%ENVIRONMENT(A)%"}}}] | access_log[0].typed_config.log_format.text_format
          http_filters: [ROUTER], rds: RDS, access_log: [{filter: {}, typed_config: {'@type': STDOUT}}] | access_log[0].filter
          http_filters: [ROUTER], rds: RDS, access_log: [{filter: {or_filter: {filters: [{traceable_filter: {}}]}}, typed_config: {'@type': STDOUT}}] | access_log[0].filter.or_filter.filters
          http_filters: [ROUTER], rds: RDS, access_log: [{filter: {extension_filter: {name: x}}, typed_config: {'@type': STDOUT}}] | access_log[0].filter.extension_filter
          http_filters: [ROUTER], rds: RDS, access_log: [{filter: {response_flag_filter: {flags: [XX]}}, typed_config: {'@type': STDOUT}}] | access_log[0].filter.response_flag_filter.flags[0]
          http_filters: [ROUTER], rds: RDS, http1_safe_max_connection_duration: true | http1_safe_max_connection_duration
          http_filters: [{name: a, typed_config: {'@type': ROUTES, upstream_log: [{}]}}], rds: RDS | http_filters[0].typed_config.upstream_log
          http_filters: [ROUTER], rds: RDS, flush_access_log_on_new_request: true | flush_access_log_on_new_request
          http_filters: [ROUTER], rds: RDS, local_reply_config: {mappers: [{}]}  | local_reply_config.mappers[0].filter
          http_filters: [ROUTER], rds: RDS, local_reply_config: {mappers: [{filter: {traceable_filter: {}}, status_code: 99}]} | local_reply_config.mappers[0].status_code
          http_filters: [ROUTER], rds: RDS, local_reply_config: {body_format: {json_format: {a: "%X%"}}} | local_reply_config.body_format.json_format.fields["a"]
          http_filters: [ROUTER], rds: RDS, strip_any_host_port: true, strip_matching_host_port: true | strip_matching_host_port
          http_filters: [ROUTER], rds: RDS, http_protocol_options: {header_key_format: {stateful_formatter: {name: x}}} | http_protocol_options.header_key_format.stateful_formatter
          http_filters: [ROUTER], rds: RDS, common_http_protocol_options: {headers_with_underscores_action: 9} | common_http_protocol_options.headers_with_underscores_action
          http_filters: [ROUTER], rds: {route_config_name: r, config_source: {api_config_source: {}}} | rds.config_source.api_config_source
          http_filters: [ROUTER], route_config: {virtual_hosts: [{name: v, domains: ["*"]}, {name: w, domains: [a], routes: [{match: {safe_regex: {regex: "("}}, route: {cluster: c}}]}]} | route_config.virtual_hosts[1].routes[0].match.safe_regex
          """)
  void connectionManagers(String manager, String path) {
    assertThat(paths(listener("filters: [" + manager(manager) + "]")))
        .contains("filter_chains[0].filters[0].typed_config" + (path.isEmpty() ? "" : "." + path));
  }

  @Test
  void anUnknownFilterMayBeOptionalOrDisabled() {
    for (String flag : List.of("is_optional: true", "disabled: true")) {
      Decoded<?> decoded =
          decode(
              listener(
                  "filters: ["
                      + manager("http_filters: [BUFFER, ROUTER], rds: RDS")
                          .replace("name: b,", "name: b, " + flag + ",")
                      + "]"));

      assertThat(decoded).isInstanceOf(Decoded.Valid.class);
      assertThat(decoded.warnings())
          .extracting(Problem::path)
          .containsExactly("filter_chains[0].filters[0].typed_config.http_filters[0]");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          LIMIT(stat_prefix: s, max_connections: 1)                           | filters
          TCP, LIMIT(stat_prefix: s, max_connections: 1)                      | filters
          TCP, TCP                                                            | filters
          LIMIT(stat_prefix: s, max_connections: 1), LIMIT(stat_prefix: t, max_connections: 1), TCP | filters
          LIMIT(stat_prefix: s), TCP                                          | filters[0].typed_config.max_connections
          LIMIT(stat_prefix: s, max_connections: 0), TCP                      | filters[0].typed_config.max_connections
          LIMIT(max_connections: 1), TCP                                      | filters[0].typed_config.stat_prefix
          LIMIT(stat_prefix: s, max_connections: 1, delay: -1s), TCP          | filters[0].typed_config.delay
          LIMIT(stat_prefix: s, max_connections: 1, runtime_enabled: {}), TCP | filters[0].typed_config.runtime_enabled.default_value
          """)
  void filtersOfAChain(String filters, String path) {
    String limit =
        "{name: l, typed_config: {'@type':"
            + " 'type.googleapis.com/envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit',";
    String written = filters.replace("LIMIT(", limit).replace(")", "}}").replace("TCP", TCP);
    assertThat(paths(listener("filters: [" + written + "]")))
        .containsExactly("filter_chains[0]." + path);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          socket_options: [{level: 0, name: 15, int_value: 1}] | socket_options[0]
          socket_options: [{level: 6, name: 4, int_value: 40000}] | socket_options[0].int_value
          socket_options: [{level: 1, name: 9}]                | socket_options[0].int_value
          bypass_overload_manager: true                       | bypass_overload_manager
          ignore_global_conn_limit: true                      | ignore_global_conn_limit
          access_log: [{}]                                    | access_log
          """)
  void listeners(String field, String path) {
    Message listener =
        read(
            "{name: l, address: {socket_address: {address: '::', port_value: 1}}, filter_chains:"
                + " [{filters: [%s]}], %s}".formatted(TCP, field),
            Listener.newBuilder());

    assertThat(paths(listener)).containsExactly(path);
  }

  @Test
  void listenerFiltersAreInspectors() {
    Message listener =
        read(
            "{name: l, address: {socket_address: {address: '::', port_value: 1}}, listener_filters:"
                + " [{name: x, typed_config: {'@type':"
                + " 'type.googleapis.com/envoy.extensions.filters.http.csrf.v3.CsrfPolicy'}}],"
                + " filter_chains: [{filters: ["
                + TCP
                + "]}]}",
            Listener.newBuilder());

    assertThat(paths(listener)).containsExactly("listener_filters[0].typed_config");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {PROXY, rules: [{tlv_type: 256, on_tlv_present: {key: a}}]} | listener_filters[0].typed_config.rules[0].tlv_type
          {PROXY, pass_through_tlvs: {match_type: INCLUDE, tlv_type: [256]}} | listener_filters[0].typed_config.pass_through_tlvs.tlv_type[0]
          {PROXY, disallowed_versions: [V1, V2]}                    | listener_filters[0].typed_config.disallowed_versions
          {TLS}}, {name: y, typed_config: {PROXY}                   | listener_filters[1]
          {PROXY}}, {name: y, typed_config: {PROXY}                 | listener_filters[1]
          """)
  void proxyHeaders(String filters, String path) {
    String type = "'@type': 'type.googleapis.com/envoy.extensions.filters.listener.";
    Message listener =
        read(
            "{name: l, address: {socket_address: {address: '::', port_value: 1}}, listener_filters:"
                + " [{name: x, typed_config: "
                + filters
                    .replace("PROXY", type + "proxy_protocol.v3.ProxyProtocol'")
                    .replace("TLS", type + "tls_inspector.v3.TlsInspector'")
                + "}], filter_chains: [{filters: ["
                + TCP
                + "]}]}",
            Listener.newBuilder());

    assertThat(paths(listener)).containsExactly(path);
  }

  @Test
  void chainsMustDiffer() {
    String chain =
        "{name: c%d, filter_chain_match: {server_names: [A.test]}, filters: [" + TCP + "]}";
    Message listener =
        read(
            "{name: l, address: {socket_address: {address: '::', port_value: 1}}, filter_chains: ["
                + chain.formatted(1)
                + ","
                + chain.formatted(2)
                + "]}",
            Listener.newBuilder());

    assertThat(decode(listener))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(invalid.detail()).contains("filter_chains: ", "\"c1\" and \"c2\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          weft.retries: {one_layer: 1}                    | ["weft.retries"].one_layer
          weft.deadlines: {remember: 1}                   | ["weft.deadlines"].remember
          weft.deadlines: {recall: 'yes'}                 | ["weft.deadlines"].recall
          weft.deadlines: {remember: true, recall: true}  | ["weft.deadlines"].recall
          weft.deadlines: {least_ms: 0.5}                 | ["weft.deadlines"].least_ms
          weft.deadlines: {least_ms: -1}                  | ["weft.deadlines"].least_ms
          weft.deadlines: {least_ms: 3600001}             | ["weft.deadlines"].least_ms
          weft.deadlines: {least_ms: true}                | ["weft.deadlines"].least_ms
          weft.deadlines: {lest_ms: 1}                    | ["weft.deadlines"].lest_ms
          """)
  void metadataOfVirtualHosts(String metadata, String path) {
    Message host =
        read(
            "{name: r, virtual_hosts: [{name: v, domains: ['*'], metadata: {filter_metadata: {"
                + metadata
                + "}}}]}",
            RouteConfiguration.newBuilder());
    assertThat(paths(host)).containsExactly("virtual_hosts[0].metadata.filter_metadata" + path);
  }

  @Test
  void domainsMustDiffer() {
    assertThat(
            paths(
                read(
                    "{name: r, virtual_hosts: [{name: a, domains: [x.test]}, {name: b, domains:"
                        + " ['*', X.test, 'a*b']}]}",
                    RouteConfiguration.newBuilder())))
        .containsExactly("virtual_hosts[1].domains[1]", "virtual_hosts[1].domains[2]");
  }

  @Test
  void everyProblemIsTold() {
    Decoded<?> decoded =
        decode(
            read(
                "{name: '', type: LOGICAL_DNS, lb_policy: CLUSTER_PROVIDED, connect_timeout: -1s}",
                Cluster.newBuilder()));

    assertThat(problems(decoded))
        .extracting(Problem::path)
        .containsExactlyInAnyOrder(
            "name", "load_assignment", "lb_policy", "connect_timeout", "connect_timeout");
  }

  @Test
  void fieldsOfANewerApiAreWarnedOfAndInSensitiveMessagesRefused() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(4242, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    RouteConfiguration route =
        (RouteConfiguration) route("match: {prefix: '/'}, route: {cluster: c}");
    RouteConfiguration newer = route.toBuilder().setUnknownFields(unknown).build();
    RouteConfiguration.Builder strict = route.toBuilder();
    strict
        .getVirtualHostsBuilder(0)
        .getRoutesBuilder(0)
        .getMatchBuilder()
        .setUnknownFields(unknown);

    assertThat(decode(newer).warnings()).extracting(Problem::reason).asString().contains("4242");
    assertThat(decode(newer)).isInstanceOf(Decoded.Valid.class);
    assertThat(paths(strict.build())).containsExactly("virtual_hosts[0].routes[0].match");
  }

  @Test
  void aSecretNeverShowsItsKey() {
    Decoded<?> decoded =
        decode(
            read(
                "{name: s, tls_certificate: {certificate_chain: {inline_string: hello},"
                    + " private_key: {inline_string: hunter2}}}",
                Secret.newBuilder()));

    assertThat(problems(decoded))
        .extracting(Problem::path)
        .containsExactly("tls_certificate.certificate_chain", "tls_certificate.private_key");
    assertThat(decoded.toString()).doesNotContain("hunter2");
  }

  @Test
  void bytesThatAreNoMessageAreAProblem() {
    Decoded<?> decoded =
        codecs.decode(
            dev.weft.xds.resource.XdsType.ENDPOINT,
            com.google.protobuf.ByteString.copyFromUtf8("not a protobuf"));

    assertThat(problems(decoded)).hasSize(1);
  }

  @Test
  void aTypeUrlOfAnotherTypeIsAProblem() {
    Decoded<?> decoded =
        codecs.decode(
            dev.weft.xds.resource.XdsType.ENDPOINT,
            com.google.protobuf.Any.pack(TypedExtensionConfig.getDefaultInstance()));

    assertThat(problems(decoded)).hasSize(1);
  }

  @Test
  void endpointsNeedAnAddress() {
    assertThat(
            paths(
                read(
                    "{cluster_name: c, endpoints: [{priority: 200, lb_endpoints: [{endpoint:"
                        + " {}}]}]}",
                    ClusterLoadAssignment.newBuilder())))
        .containsExactly(
            "endpoints[0].lb_endpoints[0].endpoint.address.socket_address",
            "endpoints[0].priority");
  }

  private static final String TCP =
      """
      {name: t, typed_config: {
        "@type": 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
        stat_prefix: s, cluster: c}}
      """;

  private static final String LOGGERS = "'type.googleapis.com/envoy.extensions.access_loggers.";

  private static String manager(String fields) {
    String written =
        fields
            .replaceAll(
                "SCOPES\\((\\[.*]), (\\{.*})\\)",
                "scoped_routes: {name: s, scope_key_builder: {fragments: [{header_value_extractor:"
                    + " $2}]}, scoped_route_configurations_list: {scoped_route_configurations: $1}}")
            .replace("KEY", "key: {fragments: [{string_key: k}]}");
    return """
    {name: h, typed_config: {
      "@type": 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
      stat_prefix: s, %s}}
    """
        .formatted(written)
        .replace(
            "ROUTER",
            "{name: r, typed_config: {'@type':"
                + " 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'}}")
        .replace(
            "BUFFER",
            "{name: b, typed_config: {'@type':"
                + " 'type.googleapis.com/envoy.extensions.filters.http.csrf.v3.CsrfPolicy'}}")
        .replace("ROUTES", "'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router'")
        .replace(
            "CALLS",
            "'type.googleapis.com/envoy.extensions.filters.http.grpc_stats.v3.FilterConfig'")
        .replace("FILE", LOGGERS + "file.v3.FileAccessLog'")
        .replace("STDOUT", LOGGERS + "stream.v3.StdoutAccessLog'")
        .replace("GRPC", LOGGERS + "grpc.v3.HttpGrpcAccessLogConfig'")
        .replace("RDS", "{route_config_name: r, config_source: {ads: {}}}");
  }

  private static Message listener(String chain) {
    return read(
        "{name: l, address: {socket_address: {address: 127.0.0.1, port_value: 1}}, filter_chains:"
            + " [{"
            + chain
            + "}]}",
        Listener.newBuilder());
  }

  private static Message route(String route) {
    return read(
        "{name: r, virtual_hosts: [{name: v, domains: ['*'], routes: [{" + route + "}]}]}",
        RouteConfiguration.newBuilder());
  }

  private static Message read(String json, Message.Builder builder) {
    try {
      JsonFormat.parser().usingTypeRegistry(TYPES).merge(json, builder);
      return builder.build();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  private Decoded<? extends XdsResource> decode(Message message) {
    return codecs.decode(message);
  }

  private List<String> paths(Message message) {
    return problems(decode(message)).stream().map(Problem::path).distinct().toList();
  }

  private static List<Problem> problems(Decoded<?> decoded) {
    return decoded instanceof Decoded.Invalid<?> invalid ? invalid.problems() : List.of();
  }
}
