package dev.weft.proxy.filter.cors;

import dev.weft.proxy.filter.Chance;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.stream.FieldValues;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.xds.match.StringMatcher;
import dev.weft.xds.model.CorsPolicy;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HttpFilterRouteConfig;
import dev.weft.xds.model.StringMatch;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers preflights and tells browsers that an origin may call ({@code envoy.filters.http.cors}),
 * on routes that forward.
 */
public final class Cors implements HttpFilterFactory {
  private static final AsciiString ORIGIN = AsciiString.cached("origin");
  private static final AsciiString OPTIONS = AsciiString.cached("OPTIONS");
  private static final AsciiString REQUEST_METHOD =
      AsciiString.cached("access-control-request-method");
  private static final AsciiString REQUEST_HEADERS =
      AsciiString.cached("access-control-request-headers");
  private static final AsciiString OK = AsciiString.cached("200");
  private static final byte[] NOTHING = {};
  private static final AsciiString REQUEST_PRIVATE =
      AsciiString.cached("access-control-request-private-network");
  private static final AsciiString ALLOW_ORIGIN = AsciiString.cached("access-control-allow-origin");
  private static final AsciiString ALLOW_CREDENTIALS =
      AsciiString.cached("access-control-allow-credentials");
  private static final AsciiString ALLOW_METHODS =
      AsciiString.cached("access-control-allow-methods");
  private static final AsciiString ALLOW_HEADERS =
      AsciiString.cached("access-control-allow-headers");
  private static final AsciiString ALLOW_PRIVATE =
      AsciiString.cached("access-control-allow-private-network");
  private static final AsciiString MAX_AGE = AsciiString.cached("access-control-max-age");
  private static final AsciiString EXPOSE = AsciiString.cached("access-control-expose-headers");
  private static final AsciiString TRUE = AsciiString.cached("true");

  private final List<Predicate<CharSequence>> origins;
  private final String methods;
  private final String headers;
  private final String expose;
  private final String maxAge;
  private final boolean credentials;
  private final boolean privateNetwork;
  private final boolean forwardOthers;
  private final Fraction enabled;
  private final Fraction shadow;
  private final Counter valid;
  private final Counter invalid;

  private Cors(List<CorsPolicy> levels, FilterSite site) {
    List<StringMatch> allowed =
        levels.stream()
            .map(CorsPolicy::origins)
            .filter(list -> !list.isEmpty())
            .findFirst()
            .orElse(List.of());
    this.origins = allowed.stream().map(Cors::origin).toList();
    this.methods = text(levels, CorsPolicy::allowMethods);
    this.headers = text(levels, CorsPolicy::allowHeaders);
    this.expose = text(levels, CorsPolicy::exposeHeaders);
    this.maxAge = text(levels, CorsPolicy::maxAge);
    this.credentials = flag(levels, CorsPolicy::credentials, false);
    this.privateNetwork = flag(levels, CorsPolicy::privateNetwork, false);
    this.forwardOthers = flag(levels, CorsPolicy::forwardNotMatching, true);
    this.enabled = levels.getFirst().enabled();
    this.shadow = levels.getFirst().shadow();
    this.valid = site.counter("cors.origin_valid");
    this.invalid = site.counter("cors.origin_invalid");
  }

  private static Predicate<CharSequence> origin(StringMatch match) {
    return match instanceof StringMatch.Exact(String value, boolean ignoreCase) && value.equals("*")
        ? origin -> true
        : StringMatcher.compile(match);
  }

  private static String text(List<CorsPolicy> levels, Function<CorsPolicy, String> part) {
    return levels.stream().map(part).filter(text -> !text.isEmpty()).findFirst().orElse("");
  }

  private static boolean flag(
      List<CorsPolicy> levels, Function<CorsPolicy, @Nullable Boolean> part, boolean otherwise) {
    for (CorsPolicy level : levels) {
      Boolean said = part.apply(level);
      if (said != null) {
        return said;
      }
    }
    return otherwise;
  }

  /**
   * The filter for the policies of a route.
   *
   * @param routes the most specific first: each part is that of the first that has it
   * @return null if there are none
   */
  public static @Nullable HttpFilterFactory of(
      List<HttpFilterRouteConfig> routes, FilterSite site) {
    List<CorsPolicy> levels = new ArrayList<>();
    for (HttpFilterRouteConfig config : routes) {
      if (config instanceof CorsPolicy policy) {
        levels.add(policy);
      }
    }
    return levels.isEmpty() ? null : new Cors(levels, site);
  }

  @Override
  public HttpFilter create(FilterContext context) {
    return new One(context);
  }

  private boolean allows(CharSequence origin) {
    for (int i = 0; i < origins.size(); i++) {
      if (origins.get(i).test(origin)) {
        return true;
      }
    }
    return false;
  }

  private final class One implements HttpFilter {
    private final FilterContext context;
    private @Nullable CharSequence allowedOrigin;

    One(FilterContext context) {
      this.context = context;
    }

    @Override
    public Verdict onRequestHeaders(Http2Headers request, boolean endStream) {
      CharSequence origin = FieldValues.joined(request, ORIGIN); // several are none that is known
      if (context.cluster() == null || origin == null || origin.isEmpty()) {
        return Verdict.CONTINUE;
      }
      boolean active = Chance.hits(enabled);
      if (!active && !Chance.hits(shadow)) {
        return Verdict.CONTINUE;
      }
      boolean allowed = allows(origin);
      (allowed ? valid : invalid).increment();
      if (!active) {
        return Verdict.CONTINUE;
      }
      if (allowed) {
        allowedOrigin = origin;
      }
      if (!isPreflight(request) || !allowed && forwardOthers) {
        return Verdict.CONTINUE;
      }
      // As with Envoy what routes say of answers does not count for it.
      return new Verdict.Stored(preflight(request), NOTHING, "cors_response", 0);
    }

    private Http2Headers preflight(Http2Headers request) {
      Http2Headers answer = new DefaultHttp2Headers(false).status(OK);
      allow(answer);
      if (credentials) {
        answer.set(ALLOW_CREDENTIALS, TRUE);
      }
      offer(answer, ALLOW_METHODS, methods, request.get(REQUEST_METHOD));
      offer(answer, ALLOW_HEADERS, headers, request.get(REQUEST_HEADERS));
      set(answer, MAX_AGE, maxAge);
      if (privateNetwork
          && allowedOrigin != null
          && TRUE.contentEquals(orEmpty(request.get(REQUEST_PRIVATE)))) {
        answer.set(ALLOW_PRIVATE, TRUE);
      }
      return answer;
    }

    private void allow(Http2Headers answer) {
      if (allowedOrigin != null) {
        answer.set(ALLOW_ORIGIN, allowedOrigin);
        if (credentials) {
          answer.set(ALLOW_CREDENTIALS, TRUE);
        }
      }
    }

    @Override
    public Verdict onResponseHeaders(Http2Headers answer, boolean endStream) {
      if (allowedOrigin != null) {
        allow(answer);
        set(answer, EXPOSE, expose);
      }
      return Verdict.CONTINUE;
    }
  }

  /** A star allows what is asked for, whatever it is. */
  private static void offer(
      Http2Headers answer, AsciiString name, String allowed, @Nullable CharSequence asked) {
    if (allowed.equals("*")) {
      answer.set(name, orEmpty(asked));
    } else {
      set(answer, name, allowed);
    }
  }

  private static boolean isPreflight(Http2Headers request) {
    return OPTIONS.contentEquals(orEmpty(request.method()))
        && !orEmpty(request.get(REQUEST_METHOD)).isEmpty();
  }

  private static CharSequence orEmpty(@Nullable CharSequence text) {
    return text == null ? "" : text;
  }

  private static void set(Http2Headers answer, AsciiString name, String value) {
    if (!value.isEmpty()) {
      answer.set(name, value);
    }
  }
}
