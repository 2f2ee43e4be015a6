package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderToMetadata;
import dev.weft.xds.model.HeaderToMetadata.Note;
import dev.weft.xds.model.RegexRewrite;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.KeyValuePair;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.Rule;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.ValueEncode;
import io.envoyproxy.envoy.extensions.filters.http.header_to_metadata.v3.Config.ValueType;
import java.util.ArrayList;
import java.util.List;

/** The message of {@link HeaderToMetadata}, of a manager's filter and of routes. */
final class MetadataRules {
  private static final String NAMESPACE = "envoy.filters.http.header_to_metadata";

  private MetadataRules() {}

  static HeaderToMetadata decode(Config config, DecodeScope scope) {
    scope.require(
        config.getRequestRulesCount() + config.getResponseRulesCount() > 0,
        "must have at least one of request_rules and response_rules");
    return new HeaderToMetadata(
        rules(config.getRequestRulesList(), "request_rules", scope),
        rules(config.getResponseRulesList(), "response_rules", scope));
  }

  private static List<HeaderToMetadata.Rule> rules(
      List<Rule> rules, String field, DecodeScope scope) {
    List<HeaderToMetadata.Rule> decoded = new ArrayList<>();
    for (int i = 0; i < rules.size(); i++) {
      decoded.add(rule(rules.get(i), scope.at(field, i)));
    }
    return decoded;
  }

  private static HeaderToMetadata.Rule rule(Rule rule, DecodeScope scope) {
    boolean cookie = !rule.getCookie().isEmpty();
    scope.require(
        cookie == rule.getHeader().isEmpty(), "must have exactly one of header and cookie");
    scope.at("remove").require(!cookie || !rule.getRemove(), "a cookie cannot be removed");
    scope.require(
        rule.hasOnHeaderPresent() || rule.hasOnHeaderMissing(),
        "must have one of on_header_present and on_header_missing");
    Note missing =
        rule.hasOnHeaderMissing()
            ? note(rule.getOnHeaderMissing(), scope.at("on_header_missing"))
            : null;
    scope
        .at("on_header_missing")
        .at("value")
        .require(missing == null || !missing.value().isEmpty(), "must be set");
    return new HeaderToMetadata.Rule(
        cookie ? rule.getCookie() : HeaderNames.matched(rule.getHeader(), scope.at("header")),
        cookie,
        rule.hasOnHeaderPresent()
            ? note(rule.getOnHeaderPresent(), scope.at("on_header_present"))
            : null,
        missing,
        rule.getRemove());
  }

  private static Note note(KeyValuePair pair, DecodeScope scope) {
    scope.require(
        pair.getValue().isEmpty() || !pair.hasRegexValueRewrite(),
        "has both value and regex_value_rewrite");
    return new Note(
        pair.getMetadataNamespace().isEmpty() ? NAMESPACE : pair.getMetadataNamespace(),
        Wire.text(pair.getKey(), scope.at("key")),
        pair.getValue(),
        pair.hasRegexValueRewrite()
            ? Rewrites.regex(pair.getRegexValueRewrite(), scope.at("regex_value_rewrite"))
            : null,
        number(pair.getType(), scope.at("type")),
        base64(pair.getEncode(), scope.at("encode")));
  }

  private static boolean number(ValueType type, DecodeScope scope) {
    scope.require(
        type == ValueType.STRING || type == ValueType.NUMBER,
        "is not supported: only STRING and NUMBER are");
    return type == ValueType.NUMBER;
  }

  private static boolean base64(ValueEncode encode, DecodeScope scope) {
    scope.require(encode != ValueEncode.UNRECOGNIZED, "is not known");
    return encode == ValueEncode.BASE64;
  }

  static Config encode(HeaderToMetadata rules) {
    return Config.newBuilder()
        .addAllRequestRules(rules.request().stream().map(MetadataRules::encode).toList())
        .addAllResponseRules(rules.response().stream().map(MetadataRules::encode).toList())
        .build();
  }

  private static Rule encode(HeaderToMetadata.Rule rule) {
    Rule.Builder encoded = Rule.newBuilder().setRemove(rule.remove());
    if (rule.cookie()) {
      encoded.setCookie(rule.name());
    } else {
      encoded.setHeader(rule.name());
    }
    Note present = rule.present();
    if (present != null) {
      encoded.setOnHeaderPresent(encode(present));
    }
    Note missing = rule.missing();
    if (missing != null) {
      encoded.setOnHeaderMissing(encode(missing));
    }
    return encoded.build();
  }

  private static KeyValuePair encode(Note note) {
    KeyValuePair.Builder encoded =
        KeyValuePair.newBuilder()
            .setMetadataNamespace(note.namespace())
            .setKey(note.key())
            .setValue(note.value())
            .setType(note.number() ? ValueType.NUMBER : ValueType.STRING)
            .setEncode(note.base64() ? ValueEncode.BASE64 : ValueEncode.NONE);
    RegexRewrite rewrite = note.rewrite();
    if (rewrite != null) {
      encoded.setRegexValueRewrite(Rewrites.regex(rewrite));
    }
    return encoded.build();
  }
}
