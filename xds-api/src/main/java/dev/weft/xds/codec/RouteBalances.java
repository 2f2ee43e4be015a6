package dev.weft.xds.codec;

import dev.weft.xds.model.HashPolicy;
import dev.weft.xds.model.HashPolicy.CookieAttribute;
import dev.weft.xds.model.RegexRewrite;
import dev.weft.xds.model.RouteBalance;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a route says of the endpoint to be picked: {@code hash_policy}, {@code metadata_match}. */
final class RouteBalances {
  private RouteBalances() {}

  static RouteBalance decode(RouteAction action, DecodeScope scope) {
    if (action.getHashPolicyCount() == 0 && !action.hasMetadataMatch()) {
      return RouteBalance.NONE;
    }
    List<HashPolicy> policies = new ArrayList<>();
    for (int i = 0; i < action.getHashPolicyCount(); i++) {
      HashPolicy policy = decode(action.getHashPolicy(i), scope.at("hash_policy", i));
      if (policy != null) {
        policies.add(policy);
      }
    }
    return new RouteBalance(policies, MetadataValues.balancing(action.getMetadataMatch()));
  }

  private static @Nullable HashPolicy decode(RouteAction.HashPolicy policy, DecodeScope scope) {
    boolean terminal = policy.getTerminal();
    return switch (policy.getPolicySpecifierCase()) {
      case HEADER -> header(policy.getHeader(), terminal, scope.at("header"));
      case COOKIE -> cookie(policy.getCookie(), terminal, scope.at("cookie"));
      // Envoy takes false for a policy that never gives a hash.
      case CONNECTION_PROPERTIES ->
          policy.getConnectionProperties().getSourceIp() ? new HashPolicy.SourceIp(terminal) : null;
      case QUERY_PARAMETER ->
          new HashPolicy.QueryParameter(
              Wire.text(
                  policy.getQueryParameter().getName(), scope.at("query_parameter").at("name")),
              terminal);
      case FILTER_STATE -> null; // refused by the field policy
      case POLICYSPECIFIER_NOT_SET -> {
        scope.problem("must have one of header, cookie, connection_properties and query_parameter");
        yield null;
      }
    };
  }

  private static HashPolicy header(
      RouteAction.HashPolicy.Header header, boolean terminal, DecodeScope scope) {
    String name = header.getHeaderName().toLowerCase(Locale.ROOT);
    scope.at("header_name").require(!name.isEmpty(), "must not be empty");
    return new HashPolicy.Header(
        name,
        header.hasRegexRewrite()
            ? Rewrites.regex(header.getRegexRewrite(), scope.at("regex_rewrite"))
            : null,
        terminal);
  }

  private static HashPolicy cookie(
      RouteAction.HashPolicy.Cookie cookie, boolean terminal, DecodeScope scope) {
    List<CookieAttribute> attributes = new ArrayList<>();
    for (int i = 0; i < cookie.getAttributesCount(); i++) {
      var attribute = cookie.getAttributes(i);
      DecodeScope at = scope.at("attributes", i);
      Wire.text(attribute.getName(), at.at("name"));
      at.at("name").require(HeaderNames.isValue(attribute.getName()), "has a line end or a NUL");
      at.at("value").require(HeaderNames.isValue(attribute.getValue()), "has a line end or a NUL");
      attributes.add(new CookieAttribute(attribute.getName(), attribute.getValue()));
    }
    scope.at("name").require(HeaderNames.isValue(cookie.getName()), "has a line end or a NUL");
    scope.at("path").require(HeaderNames.isValue(cookie.getPath()), "has a line end or a NUL");
    return new HashPolicy.Cookie(
        Wire.text(cookie.getName(), scope.at("name")),
        cookie.hasTtl()
            ? Duration.ofSeconds(Wire.duration(cookie.getTtl(), scope.at("ttl")).toSeconds())
            : null,
        cookie.getPath(),
        attributes,
        terminal);
  }

  static void encode(RouteBalance balance, RouteAction.Builder action) {
    for (HashPolicy policy : balance.hashPolicies()) {
      action.addHashPolicy(encode(policy));
    }
    if (!balance.metadataMatch().isEmpty()) {
      action.setMetadataMatch(MetadataValues.balancing(balance.metadataMatch()));
    }
  }

  private static RouteAction.HashPolicy encode(HashPolicy policy) {
    RouteAction.HashPolicy.Builder encoded =
        RouteAction.HashPolicy.newBuilder().setTerminal(policy.terminal());
    switch (policy) {
      case HashPolicy.Header header -> {
        encoded.getHeaderBuilder().setHeaderName(header.name());
        RegexRewrite rewrite = header.rewrite();
        if (rewrite != null) {
          encoded.getHeaderBuilder().setRegexRewrite(Rewrites.regex(rewrite));
        }
      }
      case HashPolicy.Cookie cookie -> {
        var builder = encoded.getCookieBuilder().setName(cookie.name()).setPath(cookie.path());
        if (cookie.ttl() != null) {
          builder.setTtl(Wire.duration(cookie.ttl()));
        }
        for (CookieAttribute attribute : cookie.attributes()) {
          builder.addAttributesBuilder().setName(attribute.name()).setValue(attribute.value());
        }
      }
      case HashPolicy.SourceIp sourceIp ->
          encoded.getConnectionPropertiesBuilder().setSourceIp(true);
      case HashPolicy.QueryParameter parameter ->
          encoded.getQueryParameterBuilder().setName(parameter.name());
    }
    return encoded.build();
  }
}
