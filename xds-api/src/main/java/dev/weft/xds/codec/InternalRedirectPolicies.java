package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.InternalRedirectPolicy.AllowListedRoutes;
import dev.weft.xds.model.InternalRedirectPolicy.Predicate;
import dev.weft.xds.model.InternalRedirectPolicy.PreviousRoutes;
import dev.weft.xds.model.InternalRedirectPolicy.SafeCrossScheme;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.InternalRedirectPolicy;
import io.envoyproxy.envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig;
import io.envoyproxy.envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig;
import io.envoyproxy.envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.InternalRedirectPolicy}. */
final class InternalRedirectPolicies {
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
  private static final int FOUND = 302;
  private static final int MOST_CODES = 5;

  private InternalRedirectPolicies() {}

  /** Null where it is for no redirect at all. */
  static dev.weft.xds.model.@Nullable InternalRedirectPolicy decode(
      InternalRedirectPolicy policy, DecodeScope scope) {
    Set<Integer> statuses =
        statuses(policy.getRedirectResponseCodesList(), scope.at("redirect_response_codes"));
    List<Predicate> predicates = predicates(policy.getPredicatesList(), scope);
    List<String> headers = headers(policy.getResponseHeadersToCopyList(), scope);
    return statuses.isEmpty()
        ? null
        : new dev.weft.xds.model.InternalRedirectPolicy(
            policy.hasMaxInternalRedirects() ? Wire.limit(policy.getMaxInternalRedirects()) : 1,
            statuses,
            predicates,
            policy.getAllowCrossSchemeRedirect(),
            headers);
  }

  /** Others than those of redirects have no effect, as with Envoy. */
  private static Set<Integer> statuses(List<Integer> codes, DecodeScope scope) {
    scope.require(codes.size() <= MOST_CODES, "must not have more than 5 values");
    Set<Integer> statuses = new TreeSet<>();
    for (int code : codes) {
      if (REDIRECTS.contains(code)) {
        statuses.add(code);
      } else {
        scope.warning(code + " is none of 301, 302, 303, 307 and 308: it has no effect");
      }
    }
    return codes.isEmpty() ? Set.of(FOUND) : statuses;
  }

  private static List<Predicate> predicates(List<TypedExtensionConfig> configs, DecodeScope scope) {
    List<Predicate> predicates = new ArrayList<>();
    for (int i = 0; i < configs.size(); i++) {
      Predicate predicate =
          predicate(configs.get(i).getTypedConfig(), scope.at("predicates", i).at("typed_config"));
      if (predicate != null) {
        predicates.add(predicate);
      }
    }
    return predicates;
  }

  private static @Nullable Predicate predicate(Any config, DecodeScope scope) {
    if (Extensions.is(config, PreviousRoutesConfig.getDefaultInstance())) {
      scope.unpack(config, PreviousRoutesConfig.getDefaultInstance());
      return new PreviousRoutes();
    }
    if (Extensions.is(config, SafeCrossSchemeConfig.getDefaultInstance())) {
      scope.unpack(config, SafeCrossSchemeConfig.getDefaultInstance());
      return new SafeCrossScheme();
    }
    if (Extensions.is(config, AllowListedRoutesConfig.getDefaultInstance())) {
      AllowListedRoutesConfig listed =
          scope.unpack(config, AllowListedRoutesConfig.getDefaultInstance());
      return listed == null ? null : allowed(listed.getAllowedRouteNamesList(), scope);
    }
    scope.problem("\"" + DecodeScope.typeName(config) + "\" is not supported");
    return null;
  }

  private static Predicate allowed(List<String> names, DecodeScope scope) {
    for (int i = 0; i < names.size(); i++) {
      scope
          .at("allowed_route_names", i)
          .require(!names.get(i).isEmpty(), "must be the name of a route");
    }
    return new AllowListedRoutes(Set.copyOf(names));
  }

  private static List<String> headers(List<String> names, DecodeScope scope) {
    List<String> headers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      DecodeScope at = scope.at("response_headers_to_copy", i);
      String name = HeaderNames.changed(names.get(i), at);
      at.require(!headers.contains(name), "is there twice");
      headers.add(name);
    }
    return headers;
  }

  static InternalRedirectPolicy encode(dev.weft.xds.model.InternalRedirectPolicy policy) {
    InternalRedirectPolicy.Builder encoded =
        InternalRedirectPolicy.newBuilder()
            .setMaxInternalRedirects(Wire.uint32(policy.max()))
            .addAllRedirectResponseCodes(policy.statuses().stream().sorted().toList())
            .setAllowCrossSchemeRedirect(policy.crossScheme())
            .addAllResponseHeadersToCopy(policy.copiedHeaders());
    for (Predicate predicate : policy.predicates()) {
      switch (predicate) {
        case AllowListedRoutes(Set<String> names) ->
            add(
                encoded,
                "allow_listed_routes",
                AllowListedRoutesConfig.newBuilder()
                    .addAllAllowedRouteNames(names.stream().sorted().toList())
                    .build());
        case PreviousRoutes() ->
            add(encoded, "previous_routes", PreviousRoutesConfig.getDefaultInstance());
        case SafeCrossScheme() ->
            add(encoded, "safe_cross_scheme", SafeCrossSchemeConfig.getDefaultInstance());
      }
    }
    return encoded.build();
  }

  private static void add(InternalRedirectPolicy.Builder policy, String name, Message config) {
    policy
        .addPredicatesBuilder()
        .setName("envoy.internal_redirect_predicates." + name)
        .setTypedConfig(Extensions.pack(config));
  }
}
