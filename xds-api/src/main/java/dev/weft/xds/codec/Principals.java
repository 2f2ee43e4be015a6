package dev.weft.xds.codec;

import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.config.rbac.v3.Principal.Authenticated;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.rbac.v3.Principal}. */
final class Principals {
  private Principals() {}

  static Principal decode(
      io.envoyproxy.envoy.config.rbac.v3.Principal id, DecodeScope scope, int depth) {
    if (!scope.require(depth > 0, "is nested too deeply")) {
      return new Principal.Any();
    }
    return switch (id.getIdentifierCase()) {
      case AND_IDS -> new Principal.And(ids(id.getAndIds(), scope.at("and_ids"), depth - 1));
      case OR_IDS -> new Principal.Or(ids(id.getOrIds(), scope.at("or_ids"), depth - 1));
      case ANY -> {
        scope.at("any").require(id.getAny(), "must be true");
        yield new Principal.Any();
      }
      case AUTHENTICATED -> authenticated(id.getAuthenticated(), scope.at("authenticated"));
      case SOURCE_IP ->
          new Principal.SourceIp(CidrRanges.decode(id.getSourceIp(), scope.at("source_ip")));
      case DIRECT_REMOTE_IP ->
          new Principal.DirectRemoteIp(
              CidrRanges.decode(id.getDirectRemoteIp(), scope.at("direct_remote_ip")));
      case REMOTE_IP ->
          new Principal.RemoteIp(CidrRanges.decode(id.getRemoteIp(), scope.at("remote_ip")));
      case HEADER -> new Principal.Header(HeaderMatches.decode(id.getHeader(), scope.at("header")));
      case URL_PATH ->
          new Principal.UrlPath(StringMatches.path(id.getUrlPath(), scope.at("url_path")));
      case NOT_ID -> new Principal.Not(decode(id.getNotId(), scope.at("not_id"), depth - 1));
      // refused by the field policy
      case METADATA, FILTER_STATE, SOURCED_METADATA, CUSTOM -> new Principal.Any();
      case IDENTIFIER_NOT_SET -> {
        scope.problem("must have one of any, and_ids, or_ids, not_id, authenticated, header, …");
        yield new Principal.Any();
      }
    };
  }

  private static Principal authenticated(Authenticated message, DecodeScope scope) {
    return new Principal.Authenticated(
        message.hasPrincipalName()
            ? StringMatches.decode(message.getPrincipalName(), scope.at("principal_name"))
            : null);
  }

  private static List<Principal> ids(
      io.envoyproxy.envoy.config.rbac.v3.Principal.Set set, DecodeScope scope, int depth) {
    scope.at("ids").require(set.getIdsCount() > 0, "must not be empty");
    List<Principal> ids = new ArrayList<>();
    for (int i = 0; i < set.getIdsCount(); i++) {
      ids.add(decode(set.getIds(i), scope.at("ids", i), depth));
    }
    return ids;
  }

  static io.envoyproxy.envoy.config.rbac.v3.Principal encode(Principal id) {
    var encoded = io.envoyproxy.envoy.config.rbac.v3.Principal.newBuilder();
    switch (id) {
      case Principal.Any() -> encoded.setAny(true);
      case Principal.And(List<Principal> ids) -> encoded.setAndIds(set(ids));
      case Principal.Or(List<Principal> ids) -> encoded.setOrIds(set(ids));
      case Principal.Not(Principal not) -> encoded.setNotId(encode(not));
      case Principal.Authenticated authenticated -> {
        StringMatch name = authenticated.name();
        Authenticated.Builder message = Authenticated.newBuilder();
        encoded.setAuthenticated(
            name == null ? message : message.setPrincipalName(StringMatches.encode(name)));
      }
      case Principal.SourceIp ip -> encoded.setSourceIp(CidrRanges.encode(ip.range()));
      case Principal.DirectRemoteIp ip -> encoded.setDirectRemoteIp(CidrRanges.encode(ip.range()));
      case Principal.RemoteIp ip -> encoded.setRemoteIp(CidrRanges.encode(ip.range()));
      case Principal.Header header -> encoded.setHeader(HeaderMatches.encode(header.match()));
      case Principal.UrlPath path ->
          encoded.setUrlPath(PathMatcher.newBuilder().setPath(StringMatches.encode(path.path())));
    }
    return encoded.build();
  }

  private static io.envoyproxy.envoy.config.rbac.v3.Principal.Set set(List<Principal> ids) {
    var set = io.envoyproxy.envoy.config.rbac.v3.Principal.Set.newBuilder();
    ids.forEach(id -> set.addIds(encode(id)));
    return set.build();
  }
}
