package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderPolicy;
import dev.weft.xds.model.HeaderPolicy.HostPort;
import dev.weft.xds.model.HeaderPolicy.ServerHeader;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;

/** The fields of a connection manager that are about single headers. */
final class HeaderPolicies {
  private HeaderPolicies() {}

  static HeaderPolicy decode(HttpConnectionManager manager, DecodeScope scope) {
    return new HeaderPolicy(
        value(manager.getServerName(), scope.at("server_name")),
        server(manager, scope.at("server_header_transformation")),
        value(manager.getVia(), scope.at("via")),
        manager.getPreserveExternalRequestId(),
        manager.getAlwaysSetRequestIdInResponse(),
        manager.getSkipXffAppend(),
        manager.getAppendXForwardedPort(),
        hostPort(manager, scope),
        manager.getStripTrailingHostDot(),
        manager.getHttpProtocolOptions().getEnableTrailers(),
        !HttpFilters.router(manager.getHttpFiltersList()).getSuppressEnvoyHeaders());
  }

  private static String value(String text, DecodeScope scope) {
    scope.require(HeaderNames.isValue(text), "has a line end or a NUL, which no header can carry");
    return text;
  }

  private static HostPort hostPort(HttpConnectionManager manager, DecodeScope scope) {
    boolean any = manager.getStripAnyHostPort();
    scope
        .at("strip_matching_host_port")
        .require(
            !any || !manager.getStripMatchingHostPort(),
            "cannot be set together with strip_any_host_port");
    if (any) {
      return HostPort.STRIP_ANY;
    }
    return manager.getStripMatchingHostPort() ? HostPort.STRIP_MATCHING : HostPort.KEEP;
  }

  private static ServerHeader server(HttpConnectionManager manager, DecodeScope scope) {
    return switch (manager.getServerHeaderTransformation()) {
      case OVERWRITE -> ServerHeader.OVERWRITE;
      case APPEND_IF_ABSENT -> ServerHeader.APPEND_IF_ABSENT;
      case PASS_THROUGH -> ServerHeader.PASS_THROUGH;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield ServerHeader.OVERWRITE;
      }
    };
  }

  static void encode(HeaderPolicy policy, HttpConnectionManager.Builder encoded) {
    encoded
        .setServerName(policy.serverName())
        .setServerHeaderTransformation(
            ServerHeaderTransformation.valueOf(policy.serverHeader().name()))
        .setVia(policy.via())
        .setPreserveExternalRequestId(policy.preserveExternalRequestId())
        .setAlwaysSetRequestIdInResponse(policy.requestIdInResponse())
        .setSkipXffAppend(policy.skipXffAppend())
        .setAppendXForwardedPort(policy.appendXForwardedPort())
        .setStripTrailingHostDot(policy.stripTrailingHostDot())
        .setStripMatchingHostPort(policy.hostPort() == HostPort.STRIP_MATCHING);
    if (policy.trailers()) {
      encoded.getHttpProtocolOptionsBuilder().setEnableTrailers(true);
    }
    if (policy.hostPort() == HostPort.STRIP_ANY) {
      encoded.setStripAnyHostPort(true);
    }
  }
}
