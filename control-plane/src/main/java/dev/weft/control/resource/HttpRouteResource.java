package dev.weft.control.resource;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An {@code HTTPRoute} of the Gateway API with Service parents. */
public record HttpRouteResource(Metadata metadata, List<ServiceRef> parents, List<Rule> rules)
    implements Resource {
  public HttpRouteResource {
    parents = List.copyOf(parents);
    rules = List.copyOf(rules);
  }

  /**
   * A rule: any of the matches, what to change, where to.
   *
   * @param name null where the document has none
   * @param matches never empty: without any in the document, one that matches every path
   * @param backends empty only where a filter redirects
   * @param request bound of the whole exchange; null: the policy's; zero: none
   * @param backendRequest bound of one try; null: the policy's; zero: none
   * @param retry null: the policy's
   */
  public record Rule(
      @Nullable String name,
      List<Match> matches,
      List<RouteFilter> filters,
      List<BackendRef> backends,
      @Nullable Duration request,
      @Nullable Duration backendRequest,
      @Nullable Retry retry) {
    public Rule {
      matches = List.copyOf(matches);
      filters = List.copyOf(filters);
      backends = List.copyOf(backends);
    }
  }

  /**
   * When a request is tried again: after every failure of its connection, and after some answers.
   *
   * @param codes answers that are worth another try, 400..599
   * @param attempts besides the first try, 0..10; null: the policy's
   * @param backoff the interval of which the pause before the second try is a random part; it grows
   *     to ten times that; null: the policy's
   */
  public record Retry(List<Integer> codes, @Nullable Integer attempts, @Nullable Duration backoff) {
    public Retry {
      codes = List.copyOf(codes);
    }
  }

  /**
   * All of these must hold.
   *
   * @param method null: any
   */
  public record Match(
      Path path, List<ValueMatch> headers, List<ValueMatch> query, @Nullable String method) {
    /** Every request. */
    public static final Match ANY = new Match(Path.ANY, List.of(), List.of(), null);

    public Match {
      headers = List.copyOf(headers);
      query = List.copyOf(query);
    }
  }

  /** A condition on the path, without its query. */
  public record Path(PathType type, String value) {
    /** Every path. */
    public static final Path ANY = new Path(PathType.PATH_PREFIX, "/");
  }

  /** How paths are compared. */
  public enum PathType implements Token {
    EXACT("Exact"),
    /** By whole path elements. */
    PATH_PREFIX("PathPrefix"),
    REGULAR_EXPRESSION("RegularExpression");

    private final String token;

    PathType(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }
  }
}
