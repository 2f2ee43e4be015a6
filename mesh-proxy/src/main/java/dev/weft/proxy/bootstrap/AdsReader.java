package dev.weft.proxy.bootstrap;

import com.google.protobuf.util.Durations;
import dev.weft.proxy.config.References;
import dev.weft.proxy.discovery.Fixed;
import dev.weft.xds.client.AdsClientOptions.Variant;
import dev.weft.xds.client.AdsMethods;
import dev.weft.xds.codec.FileSource;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.DynamicResources;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code dynamic_resources}; what is wrong is a problem with its path. */
final class AdsReader {
  private static final String AT = "dynamic_resources.";
  private static final String ADS = "ads_config";
  private static final Duration FETCH = Duration.ofSeconds(15);

  private final List<String> problems;
  private final Map<XdsType, Path> files = new EnumMap<>(XdsType.class);

  AdsReader(List<String> problems) {
    this.problems = problems;
  }

  /** Null where no control plane is named, or it cannot be used, which is noted. */
  @Nullable AdsSettings read(DynamicResources message, Fixed fixed, Node node) {
    Map<XdsType, Duration> wholes = new EnumMap<>(XdsType.class);
    if (message.hasLdsConfig() && !isFile(XdsType.LISTENER, "lds_config", message.getLdsConfig())) {
      wholes.put(XdsType.LISTENER, source("lds_config", message.getLdsConfig(), message));
    }
    if (message.hasCdsConfig() && !isFile(XdsType.CLUSTER, "cds_config", message.getCdsConfig())) {
      wholes.put(XdsType.CLUSTER, source("cds_config", message.getCdsConfig(), message));
    }
    if (!message.hasAdsConfig()) {
      return null;
    }
    if (node.getId().isEmpty() || node.getCluster().isEmpty()) {
      problems.add("node: needs id and cluster, for the control plane to know this proxy by");
    }
    ApiConfigSource ads = message.getAdsConfig();
    Variant variant = variant(ads);
    if (ads.getGrpcServicesCount() != 1) {
      problem(
          ADS + ".grpc_services",
          "must be one; for more servers, give its cluster more endpoints, which are tried in turn");
      return null;
    }
    GrpcService service = ads.getGrpcServices(0);
    Cluster cluster = cluster(service.getEnvoyGrpc(), fixed);
    if (cluster == null) {
      return null;
    }
    return new AdsSettings(
        variant,
        servers(cluster),
        cluster.tls(),
        serverName(service.getEnvoyGrpc(), cluster),
        metadata(service.getInitialMetadataList()),
        cluster.connectTimeout(),
        cluster.connections().pings(),
        service.getEnvoyGrpc().hasMaxReceiveMessageLength()
            ? Integer.toUnsignedLong(service.getEnvoyGrpc().getMaxReceiveMessageLength().getValue())
            : AdsMethods.MAX_MESSAGE_BYTES,
        wholes);
  }

  /** The files that give all resources of a type. */
  Map<XdsType, Path> files() {
    return files;
  }

  @SuppressWarnings("deprecation") // path is what path_config_source took the place of
  private boolean isFile(XdsType type, String field, ConfigSource source) {
    boolean newer = source.hasPathConfigSource();
    if (!newer && !source.hasPath()) {
      return false;
    }
    String path = newer ? source.getPathConfigSource().getPath() : source.getPath();
    if (FileSource.isReadable(path)) {
      files.put(type, Path.of(path));
    } else {
      problem(
          field + (newer ? ".path_config_source.path" : ".path"),
          "is no file that can be read: " + path);
    }
    return true;
  }

  private void problem(String field, String text) {
    problems.add(AT + field + ": " + text);
  }

  /** How long the first listeners wait for a type. */
  private Duration source(String field, ConfigSource source, DynamicResources message) {
    // other kinds are told of by the field policy
    if (source.getConfigSourceSpecifierCase()
        == ConfigSource.ConfigSourceSpecifierCase.CONFIGSOURCESPECIFIER_NOT_SET) {
      problem(field, "needs ads or path_config_source");
    } else if (source.hasSelf()) {
      problem(field + ".self", "means nothing here; use ads");
    } else if (source.hasAds() && !message.hasAdsConfig()) {
      problem(field + ".ads", "needs " + AT + ADS);
    }
    if (!source.hasInitialFetchTimeout()) {
      return FETCH;
    }
    if (!Durations.isValid(source.getInitialFetchTimeout())
        || Durations.isNegative(source.getInitialFetchTimeout())) {
      problem(field + ".initial_fetch_timeout", "must be a duration of at least 0s");
      return FETCH;
    }
    return Duration.ofMillis(Durations.toMillis(source.getInitialFetchTimeout()));
  }

  private Variant variant(ApiConfigSource ads) {
    // There is no other version any more, so Envoy does not insist on its being said.
    if (ads.getTransportApiVersion() != ApiVersion.V3
        && ads.getTransportApiVersion() != ApiVersion.AUTO) {
      problem(ADS + ".transport_api_version", "must be V3");
    }
    return switch (ads.getApiType()) {
      case GRPC -> Variant.SOTW;
      case DELTA_GRPC -> Variant.DELTA;
      default -> {
        problem(ADS + ".api_type", ads.getApiType() + " is not supported; use GRPC or DELTA_GRPC");
        yield Variant.SOTW;
      }
    };
  }

  private @Nullable Cluster cluster(GrpcService.EnvoyGrpc service, Fixed fixed) {
    String field = ADS + ".grpc_services[0].envoy_grpc.cluster_name";
    String name = service.getClusterName();
    if (name.isEmpty()) {
      problem(field, "must name one of static_resources.clusters");
      return null;
    }
    Cluster cluster = fixed.clusters().get(name);
    if (cluster == null) {
      problem(field, "\"" + name + "\" is not one of static_resources.clusters");
      return null;
    }
    if (cluster.protocol() != UpstreamProtocol.HTTP2) {
      problem(
          field,
          "\"" + name + "\" must speak HTTP/2: set explicit_http_config.http2_protocol_options");
    }
    if (cluster.discovery() instanceof Cluster.Eds) {
      problem(
          field,
          "\"" + name + "\" must be STATIC, STRICT_DNS or LOGICAL_DNS: EDS would wait for itself");
    } else if (servers(cluster).isEmpty()) {
      problem(field, "\"" + name + "\" has no endpoints");
    }
    if (cluster.proxyHeader() != null) {
      problem(field, "\"" + name + "\" must not have an upstream_proxy_protocol");
    }
    if (!cluster.transportMatches().isEmpty()) {
      problem(
          field,
          "\""
              + name
              + "\" must not have transport_socket_matches: all servers are spoken to alike");
    }
    if (cluster.connections().names() != null
        || cluster.tls() != null && (cluster.tls().hostSni() || cluster.tls().sniVerified())) {
      problem(
          field,
          "\""
              + name
              + "\" must not have auto_sni, auto_san_validation, auto_host_sni or"
              + " auto_sni_san_validation: sni and validation_context say the same");
    }
    References.keyMaterial(cluster).stream()
        .filter(Sds.class::isInstance)
        .forEach(
            sds ->
                problem(
                    field,
                    "\"" + name + "\" takes " + sds + " from the control plane it is to reach"));
    return servers(cluster).isEmpty() ? null : cluster;
  }

  /** The endpoints by their priorities. */
  private static List<SocketAddress> servers(Cluster cluster) {
    EndpointSet given =
        switch (cluster.discovery()) {
          case Cluster.Static(EndpointSet endpoints) -> endpoints;
          case Cluster.ByName dns -> dns.endpoints();
          case Cluster.Eds(String service) -> new EndpointSet(service, List.of(), 1);
          case Cluster.OriginalDst said -> new EndpointSet(cluster.name(), List.of(), 1);
          case Cluster.Aggregate others -> new EndpointSet(cluster.name(), List.of(), 1);
        };
    return given.localities().stream()
        .sorted(Comparator.comparingInt(LocalityEndpoints::priority))
        .flatMap(locality -> locality.endpoints().stream())
        .map(EndpointSet.Endpoint::address)
        .toList();
  }

  private @Nullable String serverName(GrpcService.EnvoyGrpc service, Cluster cluster) {
    String authority = service.getAuthority();
    String sni = cluster.tls() == null ? null : cluster.tls().sni();
    if (sni != null && !authority.isEmpty() && !authority.equals(sni)) {
      problem(
          ADS + ".grpc_services[0].envoy_grpc.authority",
          "\"" + authority + "\" must be the sni of its cluster, \"" + sni + "\"");
    }
    return authority.isEmpty() ? sni : authority;
  }

  private List<Map.Entry<String, String>> metadata(List<HeaderValue> headers) {
    return headers.stream().map(this::header).toList();
  }

  private Map.Entry<String, String> header(HeaderValue header) {
    String name = header.getKey().toLowerCase(Locale.ROOT);
    if (name.isEmpty() || name.startsWith(":") || name.startsWith("grpc-")) {
      problem(ADS + ".grpc_services[0].initial_metadata", "\"" + name + "\" is no key of metadata");
    }
    if (name.endsWith("-bin")) {
      byte[] raw =
          header.getRawValue().isEmpty()
              ? header.getValue().getBytes(StandardCharsets.UTF_8)
              : header.getRawValue().toByteArray();
      return Map.entry(name, Base64.getEncoder().withoutPadding().encodeToString(raw));
    }
    String value =
        header.getRawValue().isEmpty() ? header.getValue() : header.getRawValue().toStringUtf8();
    return Map.entry(name, value);
  }
}
