package dev.weft.xds.codec;

import dev.weft.xds.model.AccessCounting;
import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.RbacFilter;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;

/** {@code envoy.extensions.filters.http.rbac.v3.RBAC}. */
final class RbacCodec implements FilterCodec<RBAC, RbacFilter> {
  @Override
  public RBAC prototype() {
    return RBAC.getDefaultInstance();
  }

  @Override
  public Class<RbacFilter> model() {
    return RbacFilter.class;
  }

  @Override
  public RbacFilter decode(String name, RBAC message, DecodeScope scope) {
    return new RbacFilter(
        name,
        message.hasRules() ? AccessRulesCodec.decode(message.getRules(), scope.at("rules")) : null,
        message.hasShadowRules()
            ? AccessRulesCodec.decode(message.getShadowRules(), scope.at("shadow_rules"))
            : null,
        new AccessCounting(
            prefix(message.getRulesStatPrefix()),
            prefix(message.getShadowRulesStatPrefix()),
            message.getTrackPerRuleStats()));
  }

  /** A dot at its end may stand there, and need not. */
  private static String prefix(String said) {
    return said.endsWith(".") ? said.substring(0, said.length() - 1) : said;
  }

  @Override
  public RBAC encode(RbacFilter model) {
    RBAC.Builder message = RBAC.newBuilder();
    AccessRules rules = model.rules();
    if (rules != null) {
      message.setRules(AccessRulesCodec.encode(rules));
    }
    AccessRules shadow = model.shadowRules();
    if (shadow != null) {
      message.setShadowRules(AccessRulesCodec.encode(shadow));
    }
    return message
        .setRulesStatPrefix(model.counted().prefix())
        .setShadowRulesStatPrefix(model.counted().shadowPrefix())
        .setTrackPerRuleStats(model.counted().byPolicy())
        .build();
  }
}
