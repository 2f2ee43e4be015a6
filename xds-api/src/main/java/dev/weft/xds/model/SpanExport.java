package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Where spans go by OTLP ({@code envoy.config.trace.v3.OpenTelemetryConfig}).
 *
 * @param cluster of the collector
 * @param timeout of one export; zero for none
 * @param headers what each export carries besides
 * @param serviceName empty for one that says that it is not known
 * @param resource what else is said of the process, later ones before earlier ones
 * @param batch how many spans are sent at once as soon as there are so many, at least 1
 * @param interval after which fewer are sent
 */
public record SpanExport(
    String cluster,
    Protocol protocol,
    Duration timeout,
    List<Header> headers,
    String serviceName,
    List<Resource> resource,
    int batch,
    Duration interval) {
  public SpanExport {
    headers = List.copyOf(headers);
    resource = List.copyOf(resource);
  }

  /** How the collector is spoken to. */
  public sealed interface Protocol {}

  /**
   * gRPC.
   *
   * @param authority empty for the cluster's name
   */
  public record Grpc(String authority) implements Protocol {}

  /** Protobuf by HTTP; host and path of an absolute URI. */
  public record Http(String host, String path) implements Protocol {}

  /** A header. */
  public record Header(String name, String value) {}

  /** Where attributes of the process come from. */
  public sealed interface Resource {}

  /** As the configuration says. */
  public record Fixed(Map<String, String> attributes) implements Resource {
    public Fixed {
      attributes = Map.copyOf(attributes);
    }
  }

  /** As {@code OTEL_RESOURCE_ATTRIBUTES} says, where it is set. */
  public record Environment() implements Resource {}
}
