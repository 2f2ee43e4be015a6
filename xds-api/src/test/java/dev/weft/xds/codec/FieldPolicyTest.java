package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import dev.weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker;
import dev.weft.filters.http.long_streams.v1.LongStreams;
import dev.weft.xds.codec.FieldPolicy.Enforce;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.bootstrap.v3.ClusterManager;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StderrAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.Buffer;
import io.envoyproxy.envoy.extensions.filters.http.buffer.v3.BufferPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
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
import io.envoyproxy.envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The policy speaks about every field that can be met, and about nothing else. */
class FieldPolicyTest {
  /** The resources, every extension that a codec unpacks, and the parts of a bootstrap. */
  private static final List<Descriptor> ROOTS =
      List.of(
          Listener.getDescriptor(),
          RouteConfiguration.getDescriptor(),
          Cluster.getDescriptor(),
          ClusterLoadAssignment.getDescriptor(),
          Secret.getDescriptor(),
          HttpConnectionManager.getDescriptor(),
          TcpProxy.getDescriptor(),
          OpenTelemetryConfig.getDescriptor(),
          StaticConfigResourceDetectorConfig.getDescriptor(),
          EnvironmentResourceDetectorConfig.getDescriptor(),
          ConnectionLimit.getDescriptor(),
          Router.getDescriptor(),
          FileAccessLog.getDescriptor(),
          HealthCheckEventFileSink.getDescriptor(),
          StdoutAccessLog.getDescriptor(),
          StderrAccessLog.getDescriptor(),
          RBAC.getDescriptor(),
          RBACPerRoute.getDescriptor(),
          Buffer.getDescriptor(),
          BufferPerRoute.getDescriptor(),
          Cors.getDescriptor(),
          CorsPolicy.getDescriptor(),
          HTTPFault.getDescriptor(),
          HeaderMutation.getDescriptor(),
          HeaderMutationPerRoute.getDescriptor(),
          Config.getDescriptor(),
          HealthCheck.getDescriptor(),
          io.envoyproxy.envoy.extensions.filters.http.grpc_stats.v3.FilterConfig.getDescriptor(),
          LocalRateLimit.getDescriptor(),
          ErrorRateBreaker.getDescriptor(),
          LongStreams.getDescriptor(),
          TlsInspector.getDescriptor(),
          ProxyProtocol.getDescriptor(),
          ProxyProtocolUpstreamTransport.getDescriptor(),
          ClusterConfig.getDescriptor(),
          DnsCluster.getDescriptor(),
          HttpInspector.getDescriptor(),
          OriginalDst.getDescriptor(),
          RawBuffer.getDescriptor(),
          DownstreamTlsContext.getDescriptor(),
          UpstreamTlsContext.getDescriptor(),
          HttpProtocolOptions.getDescriptor(),
          RoundRobin.getDescriptor(),
          LeastRequest.getDescriptor(),
          Random.getDescriptor(),
          RingHash.getDescriptor(),
          Maglev.getDescriptor(),
          ClientSideWeightedRoundRobin.getDescriptor(),
          WrrLocality.getDescriptor(),
          Subset.getDescriptor(),
          TypedStruct.getDescriptor(),
          PreviousHostsPredicate.getDescriptor(),
          CaresDnsResolverConfig.getDescriptor(),
          GetAddrInfoDnsResolverConfig.getDescriptor(),
          OmitCanaryHostsPredicate.getDescriptor(),
          OmitHostMetadataConfig.getDescriptor(),
          PreviousPrioritiesConfig.getDescriptor(),
          AllowListedRoutesConfig.getDescriptor(),
          PreviousRoutesConfig.getDescriptor(),
          SafeCrossSchemeConfig.getDescriptor(),
          UriTemplateMatchConfig.getDescriptor(),
          UriTemplateRewriteConfig.getDescriptor(),
          FilterConfig.getDescriptor(),
          Node.getDescriptor(),
          Admin.getDescriptor(),
          Bootstrap.DynamicResources.getDescriptor(),
          ApiConfigSource.getDescriptor(),
          ClusterManager.getDescriptor(),
          LayeredRuntime.getDescriptor(),
          StatsConfig.getDescriptor());

  private final FieldPolicy policy = FieldPolicy.weft();
  private final Set<String> met = new HashSet<>();
  private final List<String> unclassified = new ArrayList<>();

  @Test
  void everyFieldThatCanBeMetIsClassified() {
    walkAll();

    assertThat(unclassified).as("fields without a rule").isEmpty();
  }

  @Test
  void everyMessageItSpeaksAboutCanBeMet() {
    walkAll();

    assertThat(policy.named().keySet()).allSatisfy(message -> assertThat(met).contains(message));
  }

  @Test
  void everyFieldItSpeaksAboutExists() {
    walkAll();
    Set<String> names = new HashSet<>();
    Set<Descriptor> seen = new HashSet<>();
    ROOTS.forEach(root -> names(root, seen, names));

    policy
        .named()
        .forEach(
            (message, fields) ->
                fields.forEach(field -> assertThat(names).contains(message + "." + field)));
  }

  @Test
  void aMistakeInAPolicyNamesItsLine() {
    assertThatThrownBy(() -> FieldPolicy.parse("message a.B\n  enforce x\n  reject x\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("line 3");
    assertThatThrownBy(() -> FieldPolicy.parse("message a.B\n  fixed x\n"))
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> FieldPolicy.parse("allow x\n")).hasMessageContaining("line 1");
  }

  private void walkAll() {
    Set<String> seen = new HashSet<>();
    ROOTS.forEach(root -> walk(root, null, seen));
  }

  private void walk(Descriptor message, @Nullable Descriptor parent, Set<String> seen) {
    if (!seen.add(message.getFullName() + (parent == null ? "" : " in " + parent.getFullName()))) {
      return;
    }
    met.add(message.getFullName());
    for (FieldDescriptor field : message.getFields()) {
      FieldPolicy.Rule rule = policy.explicit(field, parent);
      if (rule == null) {
        unclassified.add(field.getFullName());
      } else if (rule instanceof Enforce && descends(field)) {
        walk(element(field).getMessageType(), message, seen);
      }
    }
  }

  private static boolean descends(FieldDescriptor field) {
    FieldDescriptor element = element(field);
    return element.getJavaType() == JavaType.MESSAGE
        && !element.getMessageType().getFullName().startsWith("google.protobuf.");
  }

  /** What holds the values: the field itself, or the values of a map. */
  private static FieldDescriptor element(FieldDescriptor field) {
    return field.isMapField() ? field.getMessageType().findFieldByName("value") : field;
  }

  private static void names(Descriptor message, Set<Descriptor> seen, Set<String> names) {
    if (!seen.add(message)) {
      return;
    }
    for (FieldDescriptor field : message.getFields()) {
      names.add(field.getFullName());
      if (descends(field)) {
        names(element(field).getMessageType(), seen, names);
      }
    }
  }

  @Test
  void whatNoPolicyNamesIsRejected() {
    FieldPolicy empty = FieldPolicy.parse("");

    Decoded<Integer> decoded =
        DecodeScope.decode(
            empty,
            Metadata.newBuilder()
                .putFilterMetadata("x", com.google.protobuf.Struct.getDefaultInstance())
                .build(),
            (message, scope) -> 1);

    assertThat(decoded)
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(invalid.detail())
                    .isEqualTo("filter_metadata: is not supported: leave it out"));
  }
}
