package dev.weft.xds.protocol;

import dev.weft.xds.resource.ResourceName;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a client's program wants of one type; names in their canonical spelling.
 *
 * @param names single names and globs
 * @param globs those of the names that are globs
 */
record Interest(boolean wildcard, Set<String> names, Set<String> globs) {
  static final Interest NONE = new Interest(false, Set.of(), Set.of());

  static Interest of(Collection<String> wanted) {
    Set<String> names = new LinkedHashSet<>();
    Set<String> globs = new LinkedHashSet<>();
    for (String spelling : wanted) {
      String name = ResourceName.canonical(spelling);
      names.add(name);
      if (ResourceName.isGlob(name)) {
        globs.add(name);
      }
    }
    boolean wildcard = names.remove(ResourceName.WILDCARD);
    return new Interest(wildcard, names, globs);
  }

  boolean isEmpty() {
    return !wildcard && names.isEmpty();
  }

  boolean wants(String name) {
    return wildcard
        || names.contains(name)
        || globs.stream().anyMatch(glob -> ResourceName.globCovers(glob, name));
  }

  /** The names on the wire, the wildcard spelt out. */
  Set<String> spelt() {
    if (!wildcard) {
      return names;
    }
    Set<String> spelt = new LinkedHashSet<>();
    spelt.add(ResourceName.WILDCARD);
    spelt.addAll(names);
    return spelt;
  }
}
