package dev.weft.xds.codec;

import dev.weft.xds.model.RateLimitAction;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RateLimit}: how requests are described. */
final class RateLimitActions {
  private RateLimitActions() {}

  static List<List<RateLimitAction>> decode(List<RateLimit> limits, DecodeScope scope) {
    List<List<RateLimitAction>> rules = new ArrayList<>(limits.size());
    for (int i = 0; i < limits.size(); i++) {
      DecodeScope at = scope.at("rate_limits", i);
      List<Action> actions = limits.get(i).getActionsList();
      at.at("actions").require(!actions.isEmpty(), "must not be empty");
      List<RateLimitAction> decoded = new ArrayList<>(actions.size());
      for (int j = 0; j < actions.size(); j++) {
        RateLimitAction action = action(actions.get(j), at.at("actions", j));
        if (action != null) {
          decoded.add(action);
        }
      }
      rules.add(decoded);
    }
    return rules;
  }

  private static @Nullable RateLimitAction action(Action action, DecodeScope scope) {
    return switch (action.getActionSpecifierCase()) {
      case GENERIC_KEY -> {
        var generic = action.getGenericKey();
        DecodeScope at = scope.at("generic_key");
        yield new RateLimitAction.GenericKey(
            or(generic.getDescriptorKey(), "generic_key"),
            plain(generic.getDescriptorValue(), at.at("descriptor_value")));
      }
      case REQUEST_HEADERS -> {
        var header = action.getRequestHeaders();
        DecodeScope at = scope.at("request_headers");
        yield new RateLimitAction.RequestHeader(
            Wire.text(header.getHeaderName(), at.at("header_name")).toLowerCase(Locale.ROOT),
            Wire.text(header.getDescriptorKey(), at.at("descriptor_key")),
            header.getSkipIfAbsent());
      }
      case REMOTE_ADDRESS -> new RateLimitAction.RemoteAddress();
      case HEADER_VALUE_MATCH ->
          valueMatch(action.getHeaderValueMatch(), scope.at("header_value_match"));
      case ACTIONSPECIFIER_NOT_SET -> {
        scope.problem("has no action: set generic_key, request_headers or another");
        yield null;
      }
      default -> null; // refused by the field policy
    };
  }

  private static RateLimitAction valueMatch(Action.HeaderValueMatch match, DecodeScope scope) {
    scope.at("headers").require(match.getHeadersCount() > 0, "must not be empty");
    List<dev.weft.xds.model.HeaderMatch> headers = new ArrayList<>(match.getHeadersCount());
    for (int i = 0; i < match.getHeadersCount(); i++) {
      headers.add(HeaderMatches.decode(match.getHeaders(i), scope.at("headers", i)));
    }
    return new RateLimitAction.HeaderValueMatch(
        or(match.getDescriptorKey(), "header_match"),
        plain(match.getDescriptorValue(), scope.at("descriptor_value")),
        !match.hasExpectMatch() || match.getExpectMatch().getValue(),
        headers);
  }

  private static String plain(String value, DecodeScope scope) {
    scope.require(value.indexOf('%') < 0, "has an operator (%), which is not supported here");
    return Wire.text(value, scope);
  }

  private static String or(String key, String otherwise) {
    return key.isEmpty() ? otherwise : key;
  }

  static List<RateLimit> encode(List<List<RateLimitAction>> rules) {
    return rules.stream()
        .map(
            actions ->
                RateLimit.newBuilder()
                    .addAllActions(actions.stream().map(RateLimitActions::encode).toList())
                    .build())
        .toList();
  }

  private static Action encode(RateLimitAction action) {
    Action.Builder encoded = Action.newBuilder();
    switch (action) {
      case RateLimitAction.GenericKey(String key, String value) ->
          encoded.getGenericKeyBuilder().setDescriptorKey(key).setDescriptorValue(value);
      case RateLimitAction.RequestHeader(String header, String key, boolean skip) ->
          encoded
              .getRequestHeadersBuilder()
              .setHeaderName(header)
              .setDescriptorKey(key)
              .setSkipIfAbsent(skip);
      case RateLimitAction.RemoteAddress() ->
          encoded.setRemoteAddress(Action.RemoteAddress.getDefaultInstance());
      case RateLimitAction.HeaderValueMatch match ->
          encoded
              .getHeaderValueMatchBuilder()
              .setDescriptorKey(match.key())
              .setDescriptorValue(match.value())
              .setExpectMatch(Wire.bool(match.expected()))
              .addAllHeaders(match.headers().stream().map(HeaderMatches::encode).toList());
    }
    return encoded.build();
  }
}
