package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of a filter chain; an empty list or a null matches anything. The choice is a tree
 * without backtracking, in the order of the components here ({@code
 * envoy.config.listener.v3.FilterChainMatch}).
 *
 * @param transportProtocol {@code tls}, {@code raw_buffer}, or null
 * @param applicationProtocols by ALPN, or without TLS as the listener's {@code http_inspector}
 *     finds them
 * @param sourceType whether the client is on this machine; null for either
 */
public record ChainMatch(
    @Nullable Integer destinationPort,
    List<CidrRange> prefixRanges,
    List<String> serverNames,
    @Nullable String transportProtocol,
    List<String> applicationProtocols,
    List<CidrRange> directSourcePrefixRanges,
    @Nullable SourceType sourceType,
    List<CidrRange> sourcePrefixRanges,
    List<Integer> sourcePorts) {
  /** Matches every connection. */
  public static final ChainMatch ANY =
      new ChainMatch(null, List.of(), List.of(), null, List.of(), List.of(), List.of(), List.of());

  public ChainMatch {
    prefixRanges = List.copyOf(prefixRanges);
    serverNames = List.copyOf(serverNames);
    applicationProtocols = List.copyOf(applicationProtocols);
    directSourcePrefixRanges = List.copyOf(directSourcePrefixRanges);
    sourcePrefixRanges = List.copyOf(sourcePrefixRanges);
    sourcePorts = List.copyOf(sourcePorts);
  }

  /** Clients on this machine and elsewhere. */
  public ChainMatch(
      @Nullable Integer destinationPort,
      List<CidrRange> prefixRanges,
      List<String> serverNames,
      @Nullable String transportProtocol,
      List<String> applicationProtocols,
      List<CidrRange> directSourcePrefixRanges,
      List<CidrRange> sourcePrefixRanges,
      List<Integer> sourcePorts) {
    this(
        destinationPort,
        prefixRanges,
        serverNames,
        transportProtocol,
        applicationProtocols,
        directSourcePrefixRanges,
        null,
        sourcePrefixRanges,
        sourcePorts);
  }

  /** Where a client is. */
  public enum SourceType {
    /** It has the address that it connected to, or a loopback address. */
    SAME_IP_OR_LOOPBACK,
    EXTERNAL
  }

  /** Chains chosen by server name. */
  public static ChainMatch serverNames(List<String> serverNames) {
    return new ChainMatch(
        null, List.of(), serverNames, null, List.of(), List.of(), List.of(), List.of());
  }
}
