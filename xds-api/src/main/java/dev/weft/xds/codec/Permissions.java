package dev.weft.xds.codec;

import dev.weft.xds.model.AccessRules.Permission;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.v3.Int32Range;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.rbac.v3.Permission}. */
final class Permissions {
  private Permissions() {}

  static Permission decode(
      io.envoyproxy.envoy.config.rbac.v3.Permission rule, DecodeScope scope, int depth) {
    if (!scope.require(depth > 0, "is nested too deeply")) {
      return new Permission.Any();
    }
    return switch (rule.getRuleCase()) {
      case AND_RULES ->
          new Permission.And(rules(rule.getAndRules(), scope.at("and_rules"), depth - 1));
      case OR_RULES -> new Permission.Or(rules(rule.getOrRules(), scope.at("or_rules"), depth - 1));
      case ANY -> {
        scope.at("any").require(rule.getAny(), "must be true");
        yield new Permission.Any();
      }
      case HEADER ->
          new Permission.Header(HeaderMatches.decode(rule.getHeader(), scope.at("header")));
      case URL_PATH ->
          new Permission.UrlPath(StringMatches.path(rule.getUrlPath(), scope.at("url_path")));
      case DESTINATION_IP ->
          new Permission.DestinationIp(
              CidrRanges.decode(rule.getDestinationIp(), scope.at("destination_ip")));
      case DESTINATION_PORT -> {
        int port = Wire.number(rule.getDestinationPort(), 0, 65535, scope.at("destination_port"));
        yield new Permission.DestinationPort(port, port + 1);
      }
      case DESTINATION_PORT_RANGE ->
          range(rule.getDestinationPortRange(), scope.at("destination_port_range"));
      case NOT_RULE ->
          new Permission.Not(decode(rule.getNotRule(), scope.at("not_rule"), depth - 1));
      case REQUESTED_SERVER_NAME ->
          new Permission.RequestedServerName(
              StringMatches.decode(
                  rule.getRequestedServerName(), scope.at("requested_server_name")));
      // refused by the field policy
      case METADATA, MATCHER, URI_TEMPLATE, SOURCED_METADATA -> new Permission.Any();
      case RULE_NOT_SET -> {
        scope.problem("must have one of any, and_rules, or_rules, not_rule, header, url_path, …");
        yield new Permission.Any();
      }
    };
  }

  private static List<Permission> rules(
      io.envoyproxy.envoy.config.rbac.v3.Permission.Set set, DecodeScope scope, int depth) {
    scope.at("rules").require(set.getRulesCount() > 0, "must not be empty");
    List<Permission> rules = new ArrayList<>();
    for (int i = 0; i < set.getRulesCount(); i++) {
      rules.add(decode(set.getRules(i), scope.at("rules", i), depth));
    }
    return rules;
  }

  private static Permission range(Int32Range range, DecodeScope scope) {
    int start = Wire.number(range.getStart(), 0, 65535, scope.at("start"));
    int end = Wire.number(range.getEnd(), 1, 65536, scope.at("end"));
    scope.require(start < end, "must end behind its start");
    return new Permission.DestinationPort(start, end);
  }

  static io.envoyproxy.envoy.config.rbac.v3.Permission encode(Permission rule) {
    var encoded = io.envoyproxy.envoy.config.rbac.v3.Permission.newBuilder();
    switch (rule) {
      case Permission.Any() -> encoded.setAny(true);
      case Permission.And(List<Permission> rules) -> encoded.setAndRules(set(rules));
      case Permission.Or(List<Permission> rules) -> encoded.setOrRules(set(rules));
      case Permission.Not(Permission not) -> encoded.setNotRule(encode(not));
      case Permission.Header header -> encoded.setHeader(HeaderMatches.encode(header.match()));
      case Permission.UrlPath path ->
          encoded.setUrlPath(PathMatcher.newBuilder().setPath(StringMatches.encode(path.path())));
      case Permission.DestinationIp ip -> encoded.setDestinationIp(CidrRanges.encode(ip.range()));
      case Permission.DestinationPort(int start, int end) -> {
        if (end == start + 1) {
          encoded.setDestinationPort(start);
        } else {
          encoded.setDestinationPortRange(Int32Range.newBuilder().setStart(start).setEnd(end));
        }
      }
      case Permission.RequestedServerName name ->
          encoded.setRequestedServerName(StringMatches.encode(name.name()));
    }
    return encoded.build();
  }

  private static io.envoyproxy.envoy.config.rbac.v3.Permission.Set set(List<Permission> rules) {
    var set = io.envoyproxy.envoy.config.rbac.v3.Permission.Set.newBuilder();
    rules.forEach(rule -> set.addRules(encode(rule)));
    return set.build();
  }
}
