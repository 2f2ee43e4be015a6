package dev.weft.xds.protocol;

import dev.weft.xds.resource.ResourceName;
import dev.weft.xds.resource.XdsType;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What one client wants of one type on one stream: the only place that knows the rules for names,
 * {@code *} and the legacy wildcard. Names are kept in their canonical spelling, in the order they
 * were asked for, whether or not such a resource exists. Confined to its stream.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#how-the-client-specifies-what-resources-to-return">xDS:
 *     how the client specifies what resources to return</a>
 */
public final class Subscription {
  private final boolean legacyWildcardAllowed;
  private final Set<String> names = new LinkedHashSet<>();
  private final Set<String> globs = new LinkedHashSet<>();
  private boolean wildcard;
  private boolean everNamed;

  /** Nothing is wanted yet. */
  public Subscription(XdsType type) {
    legacyWildcardAllowed = type.fullState();
  }

  /**
   * What a request changed.
   *
   * @param asked names and globs that were asked for and, in state of the world, were not before;
   *     in delta every one that the request names, for each must be answered
   * @param dropped names and globs no longer asked for
   * @param wildcardBegan whether the wildcard was not wanted before and is now
   */
  public record Change(Set<String> asked, Set<String> dropped, boolean wildcardBegan) {}

  /**
   * State of the world: the request names all that is wanted. An empty list is the wildcard until a
   * name has been given on this stream, and after that wants nothing; types other than listeners
   * and clusters have no legacy wildcard.
   */
  public Change replace(Collection<String> requested) {
    boolean had = wildcard;
    Set<String> wanted = canonical(requested);
    everNamed |= !wanted.isEmpty();
    wildcard = wanted.remove(ResourceName.WILDCARD) || legacy(wanted);
    Set<String> dropped = new LinkedHashSet<>(names);
    dropped.addAll(globs);
    dropped.removeAll(wanted);
    dropped.forEach(this::forget);
    Set<String> asked = new LinkedHashSet<>();
    for (String name : wanted) {
      if (remember(name)) {
        asked.add(name);
      }
    }
    return new Change(asked, dropped, wildcard && !had);
  }

  /**
   * Delta: the request names what changed. The first request of a stream for listeners or clusters
   * is the wildcard if it names nothing; names given later are wanted besides, until {@code *} is
   * unsubscribed. Dropping what was never wanted is harmless.
   */
  public Change change(
      Collection<String> subscribe, Collection<String> unsubscribe, boolean firstRequest) {
    boolean had = wildcard;
    Set<String> asked = canonical(subscribe);
    Set<String> unwanted = canonical(unsubscribe);
    everNamed |= !asked.isEmpty();
    wildcard |= asked.remove(ResourceName.WILDCARD) || (firstRequest && legacy(asked));
    // a name on both lists ends up wanted: an answer too many is harmless, a missing one is not
    unwanted.removeAll(asked);
    if (unwanted.remove(ResourceName.WILDCARD) && had) {
      wildcard = false;
    }
    Set<String> dropped = new LinkedHashSet<>();
    for (String name : unwanted) {
      if (forget(name)) {
        dropped.add(name);
      }
    }
    asked.forEach(this::remember);
    return new Change(asked, dropped, wildcard && !had);
  }

  /** Whether a resource of this canonical name is to be sent. */
  public boolean wants(String name) {
    if (wildcard || names.contains(name)) {
      return true;
    }
    for (String glob : globs) {
      if (ResourceName.globCovers(glob, name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether every resource of the type is wanted, by {@code *} or the legacy rule. */
  public boolean wildcard() {
    return wildcard;
  }

  /** The single names asked for; a view. */
  public Set<String> names() {
    return Collections.unmodifiableSet(names);
  }

  /** Whether only {@link #names} can match, so that nobody has to look at all resources. */
  boolean onlyNames() {
    return !wildcard && globs.isEmpty();
  }

  /** How many names and globs are remembered. */
  int size() {
    return names.size() + globs.size();
  }

  /** Whether nothing is wanted. */
  public boolean isEmpty() {
    return !wildcard && names.isEmpty() && globs.isEmpty();
  }

  private boolean legacy(Set<String> wanted) {
    return legacyWildcardAllowed && !everNamed && wanted.isEmpty();
  }

  private boolean remember(String name) {
    return ResourceName.isGlob(name) ? globs.add(name) : names.add(name);
  }

  private boolean forget(String name) {
    return ResourceName.isGlob(name) ? globs.remove(name) : names.remove(name);
  }

  private static Set<String> canonical(Collection<String> requested) {
    Set<String> canonical = new LinkedHashSet<>();
    for (String name : requested) {
      canonical.add(ResourceName.canonical(name));
    }
    return canonical;
  }
}
