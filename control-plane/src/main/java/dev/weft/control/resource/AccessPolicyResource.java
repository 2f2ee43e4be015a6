package dev.weft.control.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may speak to a service, and how.
 *
 * @param target null: every service of the namespace that no policy of its own names
 * @param allow only requests that one of these fits are let through; null: all are
 * @param deny requests that one of these fits are not let through, whatever is allowed
 */
public record AccessPolicyResource(
    Metadata metadata,
    @Nullable TargetRef target,
    MtlsMode mtls,
    @Nullable List<Rule> allow,
    List<Rule> deny)
    implements Resource {
  public AccessPolicyResource {
    allow = allow == null ? null : List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** Whether it says anything of single requests. */
  public boolean hasRules() {
    return allow != null || !deny.isEmpty();
  }

  /**
   * Fits requests of any of these callers that are any of these requests.
   *
   * @param from empty: anybody, known or not
   * @param to empty: every request
   */
  public record Rule(List<Caller> from, List<Request> to) {
    public Rule {
      from = List.copyOf(from);
      to = List.copyOf(to);
    }
  }

  /**
   * A workload that shows the mesh's certificate.
   *
   * @param service what it was enrolled as; null: anything in the namespace
   */
  public record Caller(String namespace, @Nullable String service) {}

  /**
   * All of these must hold.
   *
   * @param path null: any
   * @param methods empty: any
   */
  public record Request(
      HttpRouteResource.@Nullable Path path, List<String> methods, List<ValueMatch> headers) {
    public Request {
      methods = List.copyOf(methods);
      headers = List.copyOf(headers);
    }
  }

  /** Whether plaintext is accepted. */
  public enum MtlsMode implements Token {
    STRICT("Strict"),
    PERMISSIVE("Permissive");

    private final String token;

    MtlsMode(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }
  }
}
