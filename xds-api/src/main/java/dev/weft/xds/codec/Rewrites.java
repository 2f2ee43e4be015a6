package dev.weft.xds.codec;

import com.google.protobuf.Any;
import dev.weft.xds.match.RegexReplacer;
import dev.weft.xds.match.UriTemplate;
import dev.weft.xds.model.HostRewrite;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.PathRewrite;
import dev.weft.xds.model.RegexRewrite;
import dev.weft.xds.model.RouteAction.Rewrite;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import org.jspecify.annotations.Nullable;

/** What a route does to path and host, and the templates of paths. */
final class Rewrites {
  private static final String MATCHER = "envoy.path.match.uri_template.uri_template_matcher";
  private static final String REWRITER = "envoy.path.rewrite.uri_template.uri_template_rewriter";

  private Rewrites() {}

  static @Nullable Rewrite decode(RouteAction action, PathMatch match, DecodeScope scope) {
    PathRewrite path = path(action, match, scope);
    HostRewrite host = host(action, scope);
    return path == null && host == null
        ? null
        : new Rewrite(path, host, action.getAppendXForwardedHost());
  }

  private static @Nullable PathRewrite path(
      RouteAction action, PathMatch match, DecodeScope scope) {
    String prefix = action.getPrefixRewrite();
    DecodeScope prefixScope = scope.at("prefix_rewrite");
    prefixScope.require(HeaderNames.isValue(prefix), "has a line end or a NUL, which no path has");
    prefixScope.require(
        prefix.isEmpty() || !(match instanceof PathMatch.Template),
        "goes with no path_match_policy: use path_rewrite_policy or regex_rewrite");
    int given =
        (prefix.isEmpty() ? 0 : 1)
            + (action.hasRegexRewrite() ? 1 : 0)
            + (action.hasPathRewritePolicy() ? 1 : 0);
    scope.require(
        given <= 1, "has more than one of prefix_rewrite, regex_rewrite and path_rewrite_policy");
    if (action.hasRegexRewrite()) {
      return new PathRewrite.Regex(regex(action.getRegexRewrite(), scope.at("regex_rewrite")));
    }
    if (action.hasPathRewritePolicy()) {
      return template(action.getPathRewritePolicy(), match, scope.at("path_rewrite_policy"));
    }
    return prefix.isEmpty() ? null : new PathRewrite.Prefix(prefix);
  }

  private static @Nullable PathRewrite template(
      TypedExtensionConfig policy, PathMatch match, DecodeScope scope) {
    DecodeScope at = scope.at("typed_config");
    Any any = policy.getTypedConfig();
    if (!Extensions.is(any, UriTemplateRewriteConfig.getDefaultInstance())) {
      at.problem("\"" + DecodeScope.typeName(any) + "\" is not supported");
      return null;
    }
    UriTemplateRewriteConfig config = at.unpack(any, UriTemplateRewriteConfig.getDefaultInstance());
    if (config == null) {
      return null;
    }
    if (!(match instanceof PathMatch.Template(String template))) {
      scope.problem("needs a path_match_policy of the same kind in match");
      return null;
    }
    String rewrite = config.getPathTemplateRewrite();
    try {
      UriTemplate.compile(template).rewriteTo(rewrite);
    } catch (IllegalArgumentException e) {
      at.at("path_template_rewrite").problem(String.valueOf(e.getMessage()));
    }
    return new PathRewrite.Template(rewrite);
  }

  /** The template that a {@code path_match_policy} gives. */
  static PathMatch match(TypedExtensionConfig policy, DecodeScope scope) {
    DecodeScope at = scope.at("typed_config");
    Any any = policy.getTypedConfig();
    String template = "/";
    if (!Extensions.is(any, UriTemplateMatchConfig.getDefaultInstance())) {
      at.problem("\"" + DecodeScope.typeName(any) + "\" is not supported");
    } else {
      UriTemplateMatchConfig config = at.unpack(any, UriTemplateMatchConfig.getDefaultInstance());
      template = config == null ? template : config.getPathTemplate();
      try {
        UriTemplate.compile(template);
      } catch (IllegalArgumentException e) {
        at.at("path_template").problem(String.valueOf(e.getMessage()));
        template = "/";
      }
    }
    return new PathMatch.Template(template);
  }

  static TypedExtensionConfig match(String template) {
    return TypedExtensionConfig.newBuilder()
        .setName(MATCHER)
        .setTypedConfig(
            Extensions.pack(UriTemplateMatchConfig.newBuilder().setPathTemplate(template).build()))
        .build();
  }

  /** An expression and what its matches become. */
  static RegexRewrite regex(RegexMatchAndSubstitute rewrite, DecodeScope scope) {
    String regex = rewrite.getPattern().getRegex();
    RegexRewrite decoded = new RegexRewrite(regex, rewrite.getSubstitution());
    DecodeScope at = scope.at("substitution");
    at.require(HeaderNames.isValue(rewrite.getSubstitution()), "has a line end or a NUL");
    if (StringMatches.isRegex(rewrite.getPattern(), scope.at("pattern"))) {
      try {
        RegexReplacer.compile(decoded);
      } catch (IllegalArgumentException e) {
        at.problem(String.valueOf(e.getMessage()));
      }
    }
    return decoded;
  }

  static RegexMatchAndSubstitute regex(RegexRewrite rewrite) {
    return RegexMatchAndSubstitute.newBuilder()
        .setPattern(StringMatches.regex(rewrite.regex()))
        .setSubstitution(rewrite.substitution())
        .build();
  }

  private static @Nullable HostRewrite host(RouteAction action, DecodeScope scope) {
    return switch (action.getHostRewriteSpecifierCase()) {
      case HOST_REWRITE_LITERAL -> {
        String host = action.getHostRewriteLiteral();
        scope
            .at("host_rewrite_literal")
            .require(HeaderNames.isValue(host), "has a line end or a NUL, which no host has");
        yield host.isEmpty() ? null : new HostRewrite.Literal(host);
      }
      case AUTO_HOST_REWRITE ->
          action.getAutoHostRewrite().getValue() ? new HostRewrite.Auto() : null;
      case HOST_REWRITE_HEADER -> {
        String name = action.getHostRewriteHeader();
        yield name.isEmpty()
            ? null
            : new HostRewrite.Header(HeaderNames.matched(name, scope.at("host_rewrite_header")));
      }
      case HOST_REWRITE_PATH_REGEX ->
          new HostRewrite.PathRegex(
              regex(action.getHostRewritePathRegex(), scope.at("host_rewrite_path_regex")));
      case HOSTREWRITESPECIFIER_NOT_SET -> null;
    };
  }

  static void encode(Rewrite rewrite, RouteAction.Builder action) {
    action.setAppendXForwardedHost(rewrite.appendForwardedHost());
    switch (rewrite.path()) {
      case null -> {}
      case PathRewrite.Prefix(String prefix) -> action.setPrefixRewrite(prefix);
      case PathRewrite.Regex(RegexRewrite regex) -> action.setRegexRewrite(regex(regex));
      case PathRewrite.Template(String template) ->
          action.setPathRewritePolicy(
              TypedExtensionConfig.newBuilder()
                  .setName(REWRITER)
                  .setTypedConfig(
                      Extensions.pack(
                          UriTemplateRewriteConfig.newBuilder()
                              .setPathTemplateRewrite(template)
                              .build())));
    }
    switch (rewrite.host()) {
      case null -> {}
      case HostRewrite.Literal(String host) -> action.setHostRewriteLiteral(host);
      case HostRewrite.Auto() -> action.setAutoHostRewrite(Wire.bool(true));
      case HostRewrite.Header(String name) -> action.setHostRewriteHeader(name);
      case HostRewrite.PathRegex(RegexRewrite regex) ->
          action.setHostRewritePathRegex(regex(regex));
    }
  }
}
