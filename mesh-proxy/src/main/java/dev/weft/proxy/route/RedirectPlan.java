package dev.weft.proxy.route;

import dev.weft.xds.model.InternalRedirectPolicy;
import dev.weft.xds.model.InternalRedirectPolicy.AllowListedRoutes;
import dev.weft.xds.model.InternalRedirectPolicy.Predicate;
import dev.weft.xds.model.InternalRedirectPolicy.PreviousRoutes;
import dev.weft.xds.model.InternalRedirectPolicy.SafeCrossScheme;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which redirects of a route's endpoints are followed here. */
public final class RedirectPlan {
  private static final int FIRST = 300;
  private static final int LAST = 308;

  private final InternalRedirectPolicy policy;

  /** A bit for each status from 300 on. */
  private final int statuses;

  private final List<AsciiString> copied;

  private RedirectPlan(InternalRedirectPolicy policy) {
    this.policy = policy;
    int bits = 0;
    for (int status : policy.statuses()) {
      bits |= bit(status);
    }
    this.statuses = bits;
    this.copied = policy.copiedHeaders().stream().map(AsciiString::of).toList();
  }

  /** Compiles a policy; null for none. */
  static @Nullable RedirectPlan compile(@Nullable InternalRedirectPolicy policy) {
    return policy == null ? null : new RedirectPlan(policy);
  }

  /** Whether an answer with this status is a redirect to be followed, if all else allows it. */
  public boolean isFor(int status) {
    return status >= FIRST && status <= LAST && (statuses & bit(status)) != 0;
  }

  private static int bit(int status) {
    return 1 << (status - FIRST);
  }

  /** Whether a redirect may lead from http to https, or back. */
  public boolean crossesSchemes() {
    return policy.crossScheme();
  }

  /** Whether a request that has come so far may be sent on once more. */
  public boolean allowsAnother(RedirectTrail trail) {
    return trail.followed() < policy.max();
  }

  /** Gives a request the headers that it gets of the redirect, in place of its own. */
  public void copyHeaders(Http2Headers redirect, Http2Headers request) {
    for (int i = 0; i < copied.size(); i++) {
      AsciiString name = copied.get(i);
      request.remove(name);
      for (CharSequence value : redirect.getAll(name)) {
        request.add(name, value);
      }
    }
  }

  /**
   * Whether all predicates accept where the redirect leads.
   *
   * @param from the name of the route whose endpoint sent it
   * @param to the name of the route that it leads to
   * @param https whether the request came by https
   * @param toHttps whether it is to go on by https
   */
  public boolean accepts(
      RedirectTrail trail, String from, String to, boolean https, boolean toHttps) {
    for (Predicate predicate : policy.predicates()) {
      boolean accepted =
          switch (predicate) {
            case AllowListedRoutes(Set<String> names) -> names.contains(to);
            case PreviousRoutes() -> trail.isNew(from, to);
            case SafeCrossScheme() -> https || !toHttps;
          };
      if (!accepted) {
        return false;
      }
    }
    return true;
  }
}
