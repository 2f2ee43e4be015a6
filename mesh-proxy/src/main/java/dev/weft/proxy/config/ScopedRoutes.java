package dev.weft.proxy.config;

import dev.weft.proxy.filter.FilterSet;
import dev.weft.proxy.route.CompiledRoutes;
import dev.weft.proxy.route.ScopeKey;
import dev.weft.xds.model.HttpConnectionManager.RouteSource;
import dev.weft.xds.model.HttpConnectionManager.Scoped;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The route tables of a connection manager: one for all requests, or each for some. */
public final class ScopedRoutes {
  private final RouteSource source;
  private final List<BoundRoutes> tables;

  /** For all requests, or those of no scope. */
  private final BoundRoutes otherwise;

  /** Null where one table is for all. */
  private final @Nullable ScopeKey key;

  private final Map<List<String>, BoundRoutes> byKey;

  private ScopedRoutes(RouteSource source, List<BoundRoutes> tables, BoundRoutes otherwise) {
    this.source = source;
    this.tables = tables;
    this.otherwise = otherwise;
    Map<List<String>, BoundRoutes> scopes = new HashMap<>();
    if (source instanceof Scoped scoped) {
      key = new ScopeKey(scoped.key());
      for (int i = 0; i < tables.size(); i++) {
        scopes.put(scoped.scopes().get(i).key(), tables.get(i));
      }
    } else {
      key = null;
    }
    byKey = Map.copyOf(scopes);
  }

  /**
   * The tables of a manager.
   *
   * @param tables in the order of its source
   */
  static ScopedRoutes of(RouteSource source, List<CompiledRoutes> tables, FilterSet filters) {
    List<BoundRoutes> bound = tables.stream().map(one -> BoundRoutes.of(one, filters)).toList();
    return new ScopedRoutes(
        source,
        bound,
        source instanceof Scoped ? BoundRoutes.of(CompiledRoutes.NONE, filters) : bound.getFirst());
  }

  /** With these tables; what has not changed keeps its filters, with what they have counted. */
  @SuppressWarnings("ReferenceEquality")
  ScopedRoutes with(List<CompiledRoutes> changed, FilterSet filters) {
    List<BoundRoutes> bound = new ArrayList<>();
    boolean same = true;
    for (int i = 0; i < tables.size(); i++) {
      BoundRoutes before = tables.get(i);
      boolean kept = before.routes() == changed.get(i);
      bound.add(kept ? before : BoundRoutes.of(changed.get(i), filters));
      same &= kept;
    }
    return same
        ? this
        : new ScopedRoutes(source, bound, key == null ? bound.getFirst() : otherwise);
  }

  /** All tables, in the order of the manager's source. */
  List<CompiledRoutes> tables() {
    return tables.stream().map(BoundRoutes::routes).toList();
  }

  /** The table for a request; one without routes where it is of no scope. */
  public BoundRoutes of(Http2Headers request) {
    if (key == null) {
      return otherwise;
    }
    List<String> found = key.of(request);
    return found == null ? otherwise : byKey.getOrDefault(found, otherwise);
  }
}
