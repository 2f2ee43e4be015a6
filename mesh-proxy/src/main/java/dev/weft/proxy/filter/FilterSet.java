package dev.weft.proxy.filter;

import dev.weft.xds.model.DisabledFilter;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.HttpFilterRouteConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a connection manager, and what they become where routes have a say. A filter that
 * several routes leave as it is, or that a level above them configures, is one for all of them: it
 * counts and limits them together.
 */
public final class FilterSet {
  /** One filter, and how it is without any route's say; null where it takes no part then. */
  private record Slot(HttpFilterConfig config, @Nullable HttpFilterFactory standard) {}

  /** What the levels say, the same only as itself. */
  private record Key(Slot slot, List<FilterOverride> overrides) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      if (!(other instanceof Key(Slot otherSlot, List<FilterOverride> theirs))
          || otherSlot != slot
          || theirs.size() != overrides.size()) {
        return false;
      }
      for (int i = 0; i < theirs.size(); i++) {
        if (theirs.get(i) != overrides.get(i)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public int hashCode() {
      int hash = System.identityHashCode(slot);
      for (FilterOverride override : overrides) {
        hash = 31 * hash + System.identityHashCode(override);
      }
      return hash;
    }
  }

  private final FilterCompiler compiler;
  private final FilterSite site;
  private final List<Slot> slots;
  private final HttpFilterChain standard;

  private FilterSet(FilterCompiler compiler, FilterSite site, List<Slot> slots) {
    this.compiler = compiler;
    this.site = site;
    this.slots = slots;
    this.standard = chain(Map.of(), new HashMap<>());
  }

  /** Compiles the filters of the site's manager. */
  public static FilterSet compile(FilterCompiler compiler, FilterSite site) {
    List<Slot> slots = new ArrayList<>();
    for (HttpFilterConfig config : site.manager().filters()) {
      slots.add(
          config instanceof DisabledFilter(HttpFilterConfig inner)
              ? new Slot(inner, null)
              : new Slot(config, compiler.compile(config, List.of(), site)));
    }
    return new FilterSet(compiler, site, slots);
  }

  /**
   * The filters for each combination of overrides; the first says nothing.
   *
   * @param overrides by a filter's name, the most specific first
   */
  public List<HttpFilterChain> bind(List<Map<String, List<FilterOverride>>> overrides) {
    Map<Key, @Nullable HttpFilterFactory> made = new HashMap<>();
    return overrides.stream().map(said -> said.isEmpty() ? standard : chain(said, made)).toList();
  }

  private HttpFilterChain chain(
      Map<String, List<FilterOverride>> overrides, Map<Key, @Nullable HttpFilterFactory> made) {
    List<HttpFilterFactory> factories = new ArrayList<>();
    for (Slot slot : slots) {
      HttpFilterFactory factory =
          factory(slot, overrides.getOrDefault(slot.config().name(), List.of()), made);
      if (factory != null) {
        factories.add(factory);
      }
    }
    return HttpFilterChain.of(factories);
  }

  private @Nullable HttpFilterFactory factory(
      Slot slot, List<FilterOverride> said, Map<Key, @Nullable HttpFilterFactory> made) {
    if (said.isEmpty()) {
      return slot.standard();
    }
    if (said.getFirst() instanceof FilterOverride.Disable) {
      return null;
    }
    Key key = new Key(slot, said);
    if (!made.containsKey(key)) {
      List<HttpFilterRouteConfig> configs = new ArrayList<>();
      for (FilterOverride override : said) {
        if (override instanceof FilterOverride.Configure(HttpFilterRouteConfig config)) {
          configs.add(config);
        }
      }
      HttpFilterFactory standard = slot.standard();
      made.put(
          key,
          configs.isEmpty() && standard != null
              ? standard
              : compiler.compile(slot.config(), configs, site));
    }
    return made.get(key);
  }
}
