package dev.weft.xds.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what ({@code envoy.config.rbac.v3.RBAC}). A policy fits if any of its permissions fits
 * what is asked for and any of its principals who asks.
 *
 * @param policies by name, in the order of their names: the first that fits is the one that is told
 */
public record AccessRules(Action action, Map<String, Policy> policies) {
  public AccessRules {
    policies = java.util.Collections.unmodifiableMap(new TreeMap<>(policies));
  }

  /** What follows where a policy fits; the opposite follows where none does. */
  public enum Action {
    ALLOW,
    DENY,
    /** Everything passes; whether a policy fits is of interest to logs only. */
    LOG
  }

  /** Both lists have at least one element. */
  public record Policy(List<Permission> permissions, List<Principal> principals) {
    public Policy {
      permissions = List.copyOf(permissions);
      principals = List.copyOf(principals);
    }
  }

  /** A condition on what is asked for. */
  public sealed interface Permission {
    /** Every request. */
    record Any() implements Permission {}

    /** All of these; at least one is there. */
    record And(List<Permission> rules) implements Permission {
      public And {
        rules = List.copyOf(rules);
      }
    }

    /** One of these; at least one is there. */
    record Or(List<Permission> rules) implements Permission {
      public Or {
        rules = List.copyOf(rules);
      }
    }

    /** What this does not fit. */
    record Not(Permission rule) implements Permission {}

    /** A header of the request. */
    record Header(HeaderMatch match) implements Permission {}

    /** The path, without its query. */
    record UrlPath(StringMatch path) implements Permission {}

    /** The address that the client connected to. */
    record DestinationIp(CidrRange range) implements Permission {}

    /** Its port: from {@code start} to below {@code end}. */
    record DestinationPort(int start, int end) implements Permission {}

    /** The SNI; empty if none was sent. */
    record RequestedServerName(StringMatch name) implements Permission {}
  }

  /** A condition on who asks. */
  public sealed interface Principal {
    /** Everybody. */
    record Any() implements Principal {}

    /** All of these; at least one is there. */
    record And(List<Principal> ids) implements Principal {
      public And {
        ids = List.copyOf(ids);
      }
    }

    /** One of these; at least one is there. */
    record Or(List<Principal> ids) implements Principal {
      public Or {
        ids = List.copyOf(ids);
      }
    }

    /** Whom this does not fit. */
    record Not(Principal id) implements Principal {}

    /**
     * Who showed a certificate that was verified.
     *
     * @param name fits one of its URI SANs, or DNS SANs, or its subject where it has neither; null
     *     for any certificate
     */
    record Authenticated(@Nullable StringMatch name) implements Principal {}

    /** The address at the other end of the connection, as a PROXY header says where one came. */
    record SourceIp(CidrRange range) implements Principal {}

    /** The address of the peer, whatever it says. */
    record DirectRemoteIp(CidrRange range) implements Principal {}

    /** The address of the client: the last of {@code x-forwarded-for} where that is trusted. */
    record RemoteIp(CidrRange range) implements Principal {}

    /** A header of the request. */
    record Header(HeaderMatch match) implements Principal {}

    /** The path, without its query. */
    record UrlPath(StringMatch path) implements Principal {}
  }
}
