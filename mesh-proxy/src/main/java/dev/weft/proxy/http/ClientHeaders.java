package dev.weft.proxy.http;

import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FieldValues;
import dev.weft.proxy.stream.ForwardedFor;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.xds.model.HeaderPolicy;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.UnderscoreHeaders;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a connection manager makes of the headers a client sent: takes away what only the mesh may
 * say, and says who the client is.
 */
final class ClientHeaders {
  static final AsciiString REQUEST_ID = AsciiString.cached("x-request-id");
  private static final AsciiString INTERNAL = AsciiString.cached("x-envoy-internal");
  private static final AsciiString TRUE = AsciiString.cached("true");
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString FORWARDED_PORT = AsciiString.cached("x-forwarded-port");
  private static final AsciiString EXTERNAL_ADDRESS =
      AsciiString.cached("x-envoy-external-address");
  private static final AsciiString CLIENT_CERT = AsciiString.cached("x-forwarded-client-cert");
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final String OURS = "x-envoy-";

  /** What proxies of a mesh say to each other: at the edge nobody may. */
  private static final String MESH = "x-weft-";

  /** What a client may ask of a fault filter that lets it, as Envoy does. */
  private static final String FAULTS = "x-envoy-fault-";

  /** Who a client says it is: at the edge nobody may. */
  private static final String CALLERS = "x-envoy-downstream-service-";

  private final HttpConnectionManager manager;
  private final ConnectionInfo connection;
  private final UnderscoreHeaders underscores;
  private final AsciiString scheme;
  private final AsciiString directHost;
  private final @Nullable AsciiString remoteHost;
  private final @Nullable InternalCallers internals;
  private final @Nullable HostRewrite host;
  private final @Nullable AsciiString via;
  private final @Nullable AsciiString port;

  /** What the peer's certificate gives to {@code x-forwarded-client-cert}; null without one. */
  private final @Nullable AsciiString certificate;

  /** Made once per connection. */
  ClientHeaders(HttpConnectionManager manager, ConnectionInfo connection) {
    this.manager = manager;
    this.connection = connection;
    underscores = manager.underscoreHeaders();
    scheme = connection.tls() ? HTTPS : HTTP;
    directHost = AsciiString.of(AddressText.of(connection.remote().getAddress()));
    remoteHost =
        manager.useRemoteAddress()
            ? AsciiString.of(
                AddressText.of(OwnAddress.unlessLoopback(connection.remote().getAddress())))
            : null;
    internals = InternalCallers.of(manager, connection);
    HeaderPolicy policy = manager.headerPolicy();
    host = HostRewrite.of(policy, connection.local().getPort());
    via = policy.via().isEmpty() ? null : AsciiString.of(policy.via());
    port =
        policy.appendXForwardedPort()
            ? AsciiString.of(Integer.toString(connection.local().getPort()))
            : null;
    PeerIdentity peer = connection.peer();
    certificate =
        peer == null ? null : ClientCertificate.describe(peer, manager.clientCertDetails());
  }

  /** Whether a request, as it came, is of an internal caller, who may say more than others. */
  boolean isInternal(Http2Headers headers) {
    return internals != null && internals.sent(headers);
  }

  /**
   * Changes a request's headers.
   *
   * @param internal whether an internal caller sent it
   * @return what is wrong with them, or null
   */
  @Nullable String apply(Http2Headers headers, boolean internal, RandomGenerator random) {
    String problem = inspect(headers, internal);
    if (problem != null) {
      return problem;
    }
    applyToHost(headers);
    if (via != null) {
      ResponseHeaders.appendVia(headers, via);
    }
    forwardedFor(headers, internal);
    if (headers.scheme() == null) {
      headers.scheme(scheme);
    }
    requestId(headers, internal, random);
    clientCertificate(headers);
    if (internal) {
      headers.set(INTERNAL, TRUE);
    }
    return null;
  }

  /** Brings the host into the form that the manager asks for. */
  void applyToHost(Http2Headers headers) {
    if (host != null) {
      host.apply(headers);
    }
  }

  /**
   * Takes away what no client may say to the proxy, unless it is internal, and names that the
   * manager does not want; brings cookies together, so that matchers see what a server does.
   */
  private @Nullable String inspect(Http2Headers headers, boolean internal) {
    List<CharSequence> found = null;
    int cookies = 0;
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      CharSequence name = header.getKey();
      if (!internal && isOurs(name)) {
        found = found == null ? new ArrayList<>(2) : found;
        found.add(name);
      } else if (underscores != UnderscoreHeaders.ALLOW && hasUnderscore(name)) {
        if (underscores == UnderscoreHeaders.REJECT_REQUEST) {
          return "a header name with an underscore: " + name;
        }
        found = found == null ? new ArrayList<>(2) : found;
        found.add(name);
      } else if (name.length() == COOKIE.length() && COOKIE.contentEquals(name)) {
        cookies++;
      }
    }
    if (found != null) {
      found.forEach(headers::remove);
    }
    if (cookies > 1) {
      headers.set(COOKIE, AsciiString.of(String.join("; ", headers.getAll(COOKIE))));
    }
    return null;
  }

  private boolean isOurs(CharSequence name) {
    if (name.length() <= OURS.length() || name.charAt(0) != 'x') {
      return false;
    }
    return switch (name.charAt(2)) {
      case 'e' ->
          startsWith(name, OURS)
              && !startsWith(name, FAULTS)
              && (manager.useRemoteAddress() || !startsWith(name, CALLERS));
      case 'w' -> manager.useRemoteAddress() && startsWith(name, MESH);
      default -> false;
    };
  }

  private static boolean startsWith(CharSequence name, String prefix) {
    return AsciiString.regionMatches(name, false, 0, prefix, 0, prefix.length());
  }

  private static boolean hasUnderscore(CharSequence name) {
    return AsciiString.indexOf(name, '_', 0) >= 0;
  }

  /** Takes away the trailers that would have been refused, or taken away, as headers. */
  void applyToTrailers(Http2Headers trailers) {
    List<CharSequence> found = null;
    for (CharSequence name : trailers.names()) {
      if (isOurs(name)
          || CLIENT_CERT.contentEquals(name)
          || underscores != UnderscoreHeaders.ALLOW && hasUnderscore(name)) {
        found = found == null ? new ArrayList<>(2) : found;
        found.add(name);
      }
    }
    if (found != null) {
      found.forEach(trailers::remove);
    }
  }

  private void forwardedFor(Http2Headers headers, boolean internal) {
    boolean trusted = manager.xffNumTrustedHops() > 0;
    if (port != null && (!trusted || !headers.contains(FORWARDED_PORT))) {
      headers.set(FORWARDED_PORT, port);
    }
    if (remoteHost == null) {
      if (!headers.contains(FORWARDED_PROTO)) {
        headers.set(FORWARDED_PROTO, scheme);
      }
      return;
    }
    if (!trusted || !headers.contains(FORWARDED_PROTO)) {
      headers.set(FORWARDED_PROTO, scheme);
    }
    if (!manager.headerPolicy().skipXffAppend()) {
      CharSequence before = FieldValues.listed(headers, FORWARDED_FOR);
      headers.set(FORWARDED_FOR, FieldValues.with(before, ",", remoteHost));
    }
    if (!internal) {
      InetAddress client = trusted ? ForwardedFor.client(headers, manager) : null;
      headers.set(EXTERNAL_ADDRESS, client == null ? directHost : AddressText.of(client));
    }
  }

  private void requestId(Http2Headers headers, boolean internal, RandomGenerator random) {
    // At the edge a client's id is replaced: it could be chosen to be found, or not to be.
    boolean edge =
        !internal
            && manager.useRemoteAddress()
            && manager.xffNumTrustedHops() == 0
            && !manager.headerPolicy().preserveExternalRequestId();
    if (manager.generateRequestId() && (edge || !headers.contains(REQUEST_ID))) {
      headers.set(REQUEST_ID, RequestId.next(random));
    }
  }

  private void clientCertificate(Http2Headers headers) {
    switch (manager.forwardClientCert()) {
      case ALWAYS_FORWARD_ONLY -> {}
      case SANITIZE -> headers.remove(CLIENT_CERT);
      case FORWARD_ONLY -> {
        if (certificate == null) {
          headers.remove(CLIENT_CERT);
        }
      }
      case SANITIZE_SET -> {
        if (certificate == null) {
          headers.remove(CLIENT_CERT);
        } else {
          headers.set(CLIENT_CERT, certificate);
        }
      }
      case APPEND_FORWARD -> {
        if (certificate == null) {
          headers.remove(CLIENT_CERT);
        } else {
          CharSequence before = FieldValues.listed(headers, CLIENT_CERT);
          headers.set(CLIENT_CERT, FieldValues.with(before, ",", certificate));
        }
      }
    }
  }

  /** The id of a request, once {@link #apply} was there. */
  static @Nullable CharSequence requestId(Http2Headers headers) {
    return headers.get(REQUEST_ID);
  }

  ConnectionInfo connection() {
    return connection;
  }
}
