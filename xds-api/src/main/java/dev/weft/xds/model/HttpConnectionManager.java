package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * HTTP on a connection ({@code
 * envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager}). A zero
 * duration switches that timeout off.
 *
 * @param filters in request order, without the router, which is always last
 * @param requestTimeout from the first byte of a request to its end
 * @param requestHeadersTimeout from the first byte of a request to the end of its headers
 * @param streamIdleTimeout no activity on a request, either way
 * @param idleTimeout a connection without requests
 * @param drainTimeout between the announcement of the end and the end
 * @param delayedCloseTimeout how long a connection that is given up stays open, so that its client
 *     reads why, and comes again no sooner; zero closes at once
 * @param maxConnectionDuration zero for no limit
 * @param maxRequestsPerConnection 0 for no limit
 * @param maxConcurrentStreams HTTP/2 streams of one connection
 * @param maxRequestHeadersKb 1..8192
 * @param maxRequestHeadersCount at least 1
 * @param clientCertDetails what of a client's certificate {@code x-forwarded-client-cert} says
 *     besides its hash
 * @param upgrades at most one for each type; what is not named is refused
 * @param allowConnect whether HTTP/2 clients are offered upgrades (extended CONNECT, RFC 8441)
 * @param escapedSlashes what becomes of paths with {@code %2F} or {@code %5C}
 * @param underscoreHeaders what becomes of header names with an underscore
 * @param headerPolicy what becomes of single headers
 * @param localReplies what becomes of the proxy's own answers
 * @param accessLogs where its requests leave lines; none leaves that to the proxy
 * @param http1 what is taken over HTTP/1 besides HTTP/1.1
 * @param maxStreamDuration the whole life of a stream where its route does not say; zero for no
 *     limit
 * @param pings by which HTTP/2 connections find out that their clients are gone; null for none
 * @param internalRanges whose requests come from within, and may say more; empty for nobody's
 * @param tracing which requests are traced, and how; null where ids are left as they are
 * @param counted which of its answers are counted
 */
@RecordBuilder
public record HttpConnectionManager(
    String statPrefix,
    CodecType codec,
    RouteSource routes,
    List<HttpFilterConfig> filters,
    Duration requestTimeout,
    Duration requestHeadersTimeout,
    Duration streamIdleTimeout,
    Duration idleTimeout,
    Duration drainTimeout,
    Duration delayedCloseTimeout,
    Duration maxConnectionDuration,
    int maxRequestsPerConnection,
    int maxConcurrentStreams,
    int maxRequestHeadersKb,
    int maxRequestHeadersCount,
    boolean useRemoteAddress,
    int xffNumTrustedHops,
    ForwardClientCert forwardClientCert,
    Set<ClientCertDetail> clientCertDetails,
    boolean normalizePath,
    boolean mergeSlashes,
    boolean generateRequestId,
    List<UpgradeConfig> upgrades,
    boolean allowConnect,
    EscapedSlashes escapedSlashes,
    UnderscoreHeaders underscoreHeaders,
    HeaderPolicy headerPolicy,
    LocalReplyConfig localReplies,
    List<AccessLog> accessLogs,
    Http1Settings http1,
    Duration maxStreamDuration,
    @Nullable Http2Keepalive pings,
    List<CidrRange> internalRanges,
    @Nullable RequestTracing tracing,
    Counted counted)
    implements NetworkFilter {
  public HttpConnectionManager {
    filters = List.copyOf(filters);
    upgrades = List.copyOf(upgrades);
    clientCertDetails = Set.copyOf(clientCertDetails);
    accessLogs = List.copyOf(accessLogs);
    internalRanges = List.copyOf(internalRanges);
  }

  /** The same with these upgrades, which HTTP/2 clients are offered too. */
  public HttpConnectionManager withUpgrades(UpgradeConfig... allowed) {
    return HttpConnectionManagerBuilder.builder(this)
        .upgrades(List.of(allowed))
        .allowConnect(true)
        .build();
  }

  /** Which HTTP is spoken: found out per connection, or fixed. */
  public enum CodecType {
    AUTO,
    HTTP1,
    HTTP2
  }

  /** Which answers are counted, for their clusters, virtual clusters and routes. */
  public enum Counted {
    ALL,
    /** All, but those of gRPC without their status for their cluster. */
    NO_CODES_OF_GRPC,
    NOTHING
  }

  /** What is done with {@code x-forwarded-client-cert}. */
  public enum ForwardClientCert {
    SANITIZE,
    FORWARD_ONLY,
    APPEND_FORWARD,
    SANITIZE_SET,
    ALWAYS_FORWARD_ONLY
  }

  /** Parts of {@code x-forwarded-client-cert}. */
  public enum ClientCertDetail {
    SUBJECT,
    /** The certificate, as URL-encoded PEM. */
    CERT,
    /** The certificates that the client sent, as URL-encoded PEM. */
    CHAIN,
    DNS,
    URI
  }

  /** What is done with a path that has {@code %2F} or {@code %5C}, before it is normalised. */
  public enum EscapedSlashes {
    /** Nothing. */
    KEEP_UNCHANGED,
    /** 400. */
    REJECT_REQUEST,
    /** 307 to the path with the slashes, normalised; a gRPC request is refused. */
    UNESCAPE_AND_REDIRECT,
    /** The path with the slashes, normalised, is what counts from then on. */
    UNESCAPE_AND_FORWARD
  }

  /** What is done with header names that have an underscore: many servers read it as a dash. */
  public enum UnderscoreHeaders {
    /** They pass. */
    ALLOW,
    /** 400. */
    REJECT_REQUEST,
    /** They are taken away. */
    DROP_HEADER
  }

  /** Where the routes come from. */
  public sealed interface RouteSource {
    /** The tables, in an order that stays. */
    List<TableSource> tables();
  }

  /** Where one table comes from. */
  public sealed interface TableSource extends RouteSource {
    @Override
    default List<TableSource> tables() {
      return List.of(this);
    }
  }

  /** By RDS under this name. */
  public record Rds(String routeConfigName) implements TableSource {}

  /** In the listener itself. */
  public record Inline(RouteConfig routeConfig) implements TableSource {}

  /** By what headers of the request say; a request of no scope has no route. */
  public record Scoped(List<ScopeKeyPart> key, List<Scope> scopes) implements RouteSource {
    public Scoped {
      key = List.copyOf(key);
      scopes = List.copyOf(scopes);
    }

    @Override
    public List<TableSource> tables() {
      return scopes.stream().map(Scope::table).toList();
    }
  }

  /**
   * A table and whose requests it is for.
   *
   * @param name unique in its manager
   * @param key what the parts of the key are to be; unique in its manager
   */
  public record Scope(String name, List<String> key, TableSource table) {
    public Scope {
      key = List.copyOf(key);
    }
  }

  /**
   * A part of the key, out of a header's first value.
   *
   * @param separator between the value's elements; empty where it is one
   * @param index which element, where no pair is asked for
   * @param pair null where an element is taken whole
   */
  public record ScopeKeyPart(String header, String separator, int index, @Nullable Pair pair) {
    /**
     * What follows a key in the first element that begins with it.
     *
     * @param separator between key and value
     */
    public record Pair(String separator, String key) {}
  }

  /**
   * A manager with Envoy's defaults for everything but what is named here, trailers of HTTP/1.1 and
   * methods that are in no registry, which pass, and header names with an underscore, which it
   * refuses.
   */
  public static HttpConnectionManager of(String statPrefix, CodecType codec, RouteSource routes) {
    return new HttpConnectionManager(
        statPrefix,
        codec,
        routes,
        List.of(),
        Duration.ZERO,
        Duration.ZERO,
        Duration.ofMinutes(5),
        Duration.ofHours(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        Duration.ZERO,
        0,
        1024,
        60,
        100,
        false,
        0,
        ForwardClientCert.SANITIZE,
        Set.of(),
        false,
        false,
        true,
        List.of(),
        false,
        EscapedSlashes.KEEP_UNCHANGED,
        UnderscoreHeaders.REJECT_REQUEST,
        HeaderPolicy.DEFAULT.withTrailers(),
        LocalReplyConfig.NONE,
        List.of(),
        Http1Settings.DEFAULT.withCustomMethods(),
        Duration.ZERO,
        null,
        List.of(),
        null,
        Counted.ALL);
  }
}
