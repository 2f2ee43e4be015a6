package dev.weft.proxy.bootstrap;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.TypeRegistry;
import dev.weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker;
import dev.weft.filters.http.long_streams.v1.LongStreams;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.trace.v3.DatadogConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.SkyWalkingConfig;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.compressor.v3.Compressor;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.csrf.v3.CsrfPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.grpc_web.v3.GrpcWeb;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig;
import io.envoyproxy.envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig;
import io.envoyproxy.envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import io.envoyproxy.envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.DynatraceResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The messages that {@code typed_config} may hold as JSON. Those that Weft does not support are
 * here too, so that their refusal names the field instead of an unknown type. A descriptor is made
 * when it is asked for: all of them cost as much as everything else at the start.
 */
public final class KnownTypes {
  private static final Pattern NAMED = Pattern.compile("\"@type\"\\s*:\\s*\"[^\"]*/([^\"/]+)\"");

  private static final Map<String, Supplier<Descriptor>> BY_NAME =
      Map.ofEntries(
          Map.entry("envoy.config.listener.v3.Listener", Listener::getDescriptor),
          Map.entry("envoy.service.discovery.v3.Resource", Resource::getDescriptor),
          Map.entry(
              "envoy.config.trace.v3.OpenTelemetryConfig", OpenTelemetryConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.tracers.opentelemetry.resource_detectors.v3"
                  + ".StaticConfigResourceDetectorConfig",
              StaticConfigResourceDetectorConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.tracers.opentelemetry.resource_detectors.v3"
                  + ".EnvironmentResourceDetectorConfig",
              EnvironmentResourceDetectorConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.tracers.opentelemetry.resource_detectors.v3"
                  + ".DynatraceResourceDetectorConfig",
              DynatraceResourceDetectorConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig",
              AlwaysOnSamplerConfig::getDescriptor),
          Map.entry("envoy.config.trace.v3.ZipkinConfig", ZipkinConfig::getDescriptor),
          Map.entry("envoy.config.trace.v3.DatadogConfig", DatadogConfig::getDescriptor),
          Map.entry("envoy.config.trace.v3.SkyWalkingConfig", SkyWalkingConfig::getDescriptor),
          Map.entry("envoy.config.route.v3.RouteConfiguration", RouteConfiguration::getDescriptor),
          Map.entry("envoy.config.cluster.v3.Cluster", Cluster::getDescriptor),
          Map.entry(
              "envoy.config.endpoint.v3.ClusterLoadAssignment",
              ClusterLoadAssignment::getDescriptor),
          Map.entry("envoy.extensions.transport_sockets.tls.v3.Secret", Secret::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
              HttpConnectionManager::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", TcpProxy::getDescriptor),
          Map.entry("envoy.extensions.filters.http.buffer.v3.Buffer", Buffer::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.buffer.v3.BufferPerRoute",
              BufferPerRoute::getDescriptor),
          Map.entry("envoy.extensions.filters.http.cors.v3.CorsPolicy", CorsPolicy::getDescriptor),
          Map.entry("envoy.extensions.filters.http.csrf.v3.CsrfPolicy", CsrfPolicy::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
              HeaderMutation::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute",
              HeaderMutationPerRoute::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.health_check.v3.HealthCheck",
              HealthCheck::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.rbac.v3.RBACPerRoute", RBACPerRoute::getDescriptor),
          Map.entry("envoy.extensions.filters.http.lua.v3.Lua", Lua::getDescriptor),
          Map.entry("envoy.extensions.filters.http.ext_authz.v3.ExtAuthz", ExtAuthz::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.ratelimit.v3.RateLimit", RateLimit::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.compressor.v3.Compressor", Compressor::getDescriptor),
          Map.entry("envoy.extensions.filters.http.grpc_web.v3.GrpcWeb", GrpcWeb::getDescriptor),
          Map.entry("envoy.config.route.v3.FilterConfig", FilterConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.header_to_metadata.v3.Config", Config::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.grpc_stats.v3.FilterConfig",
              io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig
                  ::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit",
              ConnectionLimit::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
              ProxyProtocol::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector",
              HttpInspector::getDescriptor),
          Map.entry("envoy.extensions.filters.http.router.v3.Router", Router::getDescriptor),
          Map.entry("envoy.extensions.filters.http.cors.v3.Cors", Cors::getDescriptor),
          Map.entry("envoy.extensions.filters.http.fault.v3.HTTPFault", HTTPFault::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
              JwtAuthentication::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
              LocalRateLimit::getDescriptor),
          Map.entry("envoy.extensions.filters.http.rbac.v3.RBAC", RBAC::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
              TlsInspector::getDescriptor),
          Map.entry(
              "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
              OriginalDst::getDescriptor),
          Map.entry(
              "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
              DownstreamTlsContext::getDescriptor),
          Map.entry(
              "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
              UpstreamTlsContext::getDescriptor),
          Map.entry(
              "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
              FixedHeapConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.resource_monitors.downstream_connections.v3"
                  + ".DownstreamConnectionsConfig",
              DownstreamConnectionsConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",
              ProxyProtocolUpstreamTransport::getDescriptor),
          Map.entry(
              "envoy.extensions.clusters.aggregate.v3.ClusterConfig", ClusterConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
              RawBuffer::getDescriptor),
          Map.entry(
              "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
              HttpProtocolOptions::getDescriptor),
          Map.entry(
              "envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig",
              UriTemplateMatchConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig",
              UriTemplateRewriteConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin",
              ClientSideWeightedRoundRobin::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.maglev.v3.Maglev", Maglev::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash",
              RingHash::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.subset.v3.Subset", Subset::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality",
              WrrLocality::getDescriptor),
          Map.entry("xds.type.v3.TypedStruct", TypedStruct::getDescriptor),
          Map.entry(
              "weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker",
              ErrorRateBreaker::getDescriptor),
          Map.entry("weft.filters.http.long_streams.v1.LongStreams", LongStreams::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin",
              RoundRobin::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
              LeastRequest::getDescriptor),
          Map.entry(
              "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
              PreviousHostsPredicate::getDescriptor),
          Map.entry(
              "envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig",
              CaresDnsResolverConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig",
              GetAddrInfoDnsResolverConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate",
              OmitCanaryHostsPredicate::getDescriptor),
          Map.entry(
              "envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig",
              OmitHostMetadataConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig",
              PreviousPrioritiesConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig",
              AllowListedRoutesConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig",
              PreviousRoutesConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig",
              SafeCrossSchemeConfig::getDescriptor),
          Map.entry(
              "envoy.extensions.load_balancing_policies.random.v3.Random", Random::getDescriptor),
          Map.entry(
              "envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink",
              HealthCheckEventFileSink::getDescriptor),
          Map.entry(
              "envoy.extensions.access_loggers.file.v3.FileAccessLog",
              FileAccessLog::getDescriptor),
          Map.entry(
              "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
              StdoutAccessLog::getDescriptor),
          Map.entry(
              "envoy.extensions.access_loggers.stream.v3.StderrAccessLog",
              StderrAccessLog::getDescriptor));

  private KnownTypes() {}

  /** Those that a JSON text names, and what they are made of, for reading it. */
  static TypeRegistry in(String json) {
    return registry(json, List.of());
  }

  /** Those that a JSON text names, and others. */
  static TypeRegistry in(String json, Set<String> others) {
    return registry(json, ForeignTypes.descriptors(others));
  }

  private static TypeRegistry registry(String json, List<Descriptor> others) {
    TypeRegistry.Builder registry = TypeRegistry.newBuilder().add(others);
    for (String name : named(json)) {
      Supplier<Descriptor> known = BY_NAME.get(name);
      if (known != null) {
        registry.add(known.get());
      }
    }
    return registry.build();
  }

  /** The names of messages in a JSON text that a registry does not have. */
  static Set<String> foreign(String json, TypeRegistry known) {
    Set<String> foreign = named(json);
    foreign.removeIf(name -> known.find(name) != null);
    return foreign;
  }

  private static Set<String> named(String json) {
    Set<String> names = new HashSet<>();
    Matcher named = NAMED.matcher(json);
    while (named.find()) {
      names.add(named.group(1));
    }
    return names;
  }

  /** All of them, for printing JSON. */
  public static TypeRegistry all() {
    TypeRegistry.Builder registry = TypeRegistry.newBuilder();
    BY_NAME.values().forEach(known -> registry.add(known.get()));
    return registry.build();
  }
}
