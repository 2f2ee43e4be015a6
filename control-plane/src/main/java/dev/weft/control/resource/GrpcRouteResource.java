package dev.weft.control.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@code GRPCRoute} of the Gateway API with Service parents. */
public record GrpcRouteResource(Metadata metadata, List<ServiceRef> parents, List<Rule> rules)
    implements Resource {
  public GrpcRouteResource {
    parents = List.copyOf(parents);
    rules = List.copyOf(rules);
  }

  /**
   * A rule: any of the matches, what to change, where to.
   *
   * @param name null where the document has none
   * @param matches never empty: without any in the document, one that matches every call
   * @param backends never empty
   */
  public record Rule(
      @Nullable String name,
      List<Match> matches,
      List<RouteFilter> filters,
      List<BackendRef> backends) {
    public Rule {
      matches = List.copyOf(matches);
      filters = List.copyOf(filters);
      backends = List.copyOf(backends);
    }
  }

  /**
   * All of these must hold.
   *
   * @param method null: every method of every service
   */
  public record Match(@Nullable Method method, List<ValueMatch> headers) {
    /** Every call. */
    public static final Match ANY = new Match(null, List.of());

    public Match {
      headers = List.copyOf(headers);
    }
  }

  /**
   * A condition on the gRPC method; at least one of both is there.
   *
   * @param service full name such as {@code weft.shop.v1.Catalog}; null: any
   * @param method such as {@code GetProduct}; null: any
   */
  public record Method(ValueMatch.Type type, @Nullable String service, @Nullable String method) {}
}
