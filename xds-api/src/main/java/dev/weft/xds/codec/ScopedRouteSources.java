package dev.weft.xds.codec;

import dev.weft.xds.model.HttpConnectionManager.Inline;
import dev.weft.xds.model.HttpConnectionManager.Rds;
import dev.weft.xds.model.HttpConnectionManager.Scope;
import dev.weft.xds.model.HttpConnectionManager.ScopeKeyPart;
import dev.weft.xds.model.HttpConnectionManager.Scoped;
import dev.weft.xds.model.HttpConnectionManager.TableSource;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.route.v3.ScopedRouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code ScopedRoutes} of a connection manager, with its scopes in the listener. */
final class ScopedRouteSources {
  private ScopedRouteSources() {}

  static Scoped decode(ScopedRoutes routes, DecodeScope scope) {
    Wire.text(routes.getName(), scope.at("name"));
    DecodeScope list = scope.at("scoped_route_configurations_list");
    list.require(
        routes.hasScopedRouteConfigurationsList(),
        "must be set: scopes by scoped_rds are not supported");
    List<ScopeKeyPart> key = key(routes.getScopeKeyBuilder(), scope.at("scope_key_builder"));
    List<Scope> scopes = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Map<List<String>, String> keys = new HashMap<>();
    var all = routes.getScopedRouteConfigurationsList().getScopedRouteConfigurationsList();
    list.at("scoped_route_configurations").require(!all.isEmpty(), "must have at least one");
    for (int i = 0; i < all.size(); i++) {
      DecodeScope at = list.at("scoped_route_configurations", i);
      Scope decoded = scope(all.get(i), routes, at, scope);
      at.at("name").require(names.add(decoded.name()), "is given twice: names must be unique");
      String other = keys.putIfAbsent(decoded.key(), decoded.name());
      at.at("key").require(other == null, "is that of the scope " + other + ", too");
      scopes.add(decoded);
    }
    return new Scoped(key, scopes);
  }

  private static Scope scope(
      ScopedRouteConfiguration from, ScopedRoutes routes, DecodeScope at, DecodeScope outer) {
    Wire.text(from.getName(), at.at("name"));
    boolean inline = from.hasRouteConfiguration();
    boolean named = !from.getRouteConfigurationName().isEmpty();
    at.require(
        inline != named, "must have one of route_configuration and route_configuration_name");
    TableSource table;
    if (inline) {
      table =
          new Inline(
              RouteConfigCodec.convert(from.getRouteConfiguration(), at.at("route_configuration")));
    } else {
      DecodeScope source = outer.at("rds_config_source");
      source.require(routes.hasRdsConfigSource(), "must be set where scopes name tables");
      String name = Wire.text(from.getRouteConfigurationName(), at.at("route_configuration_name"));
      Wire.configSource(routes.getRdsConfigSource(), XdsType.ROUTE, name, source);
      table = new Rds(name);
    }
    DecodeScope fragments = at.at("key").at("fragments");
    fragments.require(from.getKey().getFragmentsCount() > 0, "must have at least one");
    List<String> key = new ArrayList<>();
    for (int i = 0; i < from.getKey().getFragmentsCount(); i++) {
      var fragment = from.getKey().getFragments(i);
      DecodeScope place = at.at("key").at("fragments", i).at("string_key");
      place.require(fragment.hasStringKey(), "must be set");
      key.add(fragment.getStringKey());
    }
    return new Scope(from.getName(), key, table);
  }

  private static List<ScopeKeyPart> key(ScopedRoutes.ScopeKeyBuilder builder, DecodeScope scope) {
    scope.at("fragments").require(builder.getFragmentsCount() > 0, "must have at least one");
    List<ScopeKeyPart> parts = new ArrayList<>();
    for (int i = 0; i < builder.getFragmentsCount(); i++) {
      FragmentBuilder fragment = builder.getFragments(i);
      DecodeScope at = scope.at("fragments", i).at("header_value_extractor");
      at.require(fragment.hasHeaderValueExtractor(), "must be set");
      parts.add(part(fragment.getHeaderValueExtractor(), at));
    }
    return parts;
  }

  private static ScopeKeyPart part(HeaderValueExtractor from, DecodeScope at) {
    String name = HeaderNames.matched(from.getName(), at.at("name"));
    String separator = from.getElementSeparator();
    switch (from.getExtractTypeCase()) {
      case INDEX -> {
        at.at("index")
            .require(from.getIndex() == 0 || !separator.isEmpty(), "needs element_separator, or 0");
        return new ScopeKeyPart(
            name,
            separator,
            Wire.number(from.getIndex(), 0, Integer.MAX_VALUE, at.at("index")),
            null);
      }
      case ELEMENT -> {
        DecodeScope element = at.at("element");
        String within = Wire.text(from.getElement().getSeparator(), element.at("separator"));
        String key = Wire.text(from.getElement().getKey(), element.at("key"));
        return new ScopeKeyPart(name, separator, 0, new ScopeKeyPart.Pair(within, key));
      }
      case EXTRACTTYPE_NOT_SET -> {
        at.problem("must have one of index and element");
        return new ScopeKeyPart(name, separator, 0, null);
      }
    }
    throw new IllegalStateException("extractors are an index or an element");
  }

  static ScopedRoutes encode(Scoped scoped) {
    ScopedRoutes.Builder routes = ScopedRoutes.newBuilder().setName("scopes");
    for (ScopeKeyPart part : scoped.key()) {
      HeaderValueExtractor.Builder extractor =
          routes
              .getScopeKeyBuilderBuilder()
              .addFragmentsBuilder()
              .getHeaderValueExtractorBuilder()
              .setName(part.header())
              .setElementSeparator(part.separator());
      if (part.pair() == null) {
        extractor.setIndex(part.index());
      } else {
        extractor
            .getElementBuilder()
            .setSeparator(part.pair().separator())
            .setKey(part.pair().key());
      }
    }
    for (Scope scope : scoped.scopes()) {
      ScopedRouteConfiguration.Builder encoded =
          routes
              .getScopedRouteConfigurationsListBuilder()
              .addScopedRouteConfigurationsBuilder()
              .setName(scope.name());
      scope.key().forEach(key -> encoded.getKeyBuilder().addFragmentsBuilder().setStringKey(key));
      switch (scope.table()) {
        case Rds(String name) -> {
          encoded.setRouteConfigurationName(name);
          routes.setRdsConfigSource(Wire.ADS);
        }
        case Inline inline ->
            encoded.setRouteConfiguration(RouteConfigCodec.message(inline.routeConfig()));
      }
    }
    return routes.build();
  }
}
