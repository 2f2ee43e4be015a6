package dev.weft.control.store;

import dev.weft.control.resource.ConfigValidator;
import dev.weft.control.resource.Resource;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.resource.Violation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a change set comes to on a snapshot: pure.
 *
 * @param changes what differs, in the order of ids
 * @param next the resources as they would be; changed ones carry {@code base.revision() + 1}
 * @param violations why it must not be done; empty when it may
 */
record ChangePlan(List<Change> changes, ConfigSnapshot next, List<Violation> violations) {

  static ChangePlan of(ConfigSnapshot base, ChangeSet set) {
    List<Violation> violations = new ArrayList<>();
    var changes = new TreeMap<ResourceId, Change>();
    var next = new TreeMap<>(base.resources());
    long revision = base.revision() + 1;
    Set<ResourceId> named = new HashSet<>();
    for (ResourceDocument put : set.puts()) {
      once(put.id(), named, violations);
      StoredResource before = base.resources().get(put.id());
      if (before == null || !before.document().json().equals(put.json())) {
        next.put(put.id(), new StoredResource(put, revision));
        String old = before == null ? null : before.document().json();
        changes.put(put.id(), new Change(put.id(), old, put.json()));
      }
    }
    for (ResourceId delete : set.deletes()) {
      once(delete, named, violations);
      StoredResource before = base.resources().get(delete);
      if (before == null) {
        violations.add(
            new Violation(
                delete.toString(), "", "does not exist", "leave it out of what is deleted"));
        continue;
      }
      next.remove(delete);
      changes.put(delete, new Change(delete, before.document().json(), null));
    }
    if (violations.isEmpty() && !changes.isEmpty()) {
      List<Resource> all = next.values().stream().map(StoredResource::resource).toList();
      violations.addAll(ConfigValidator.validate(all));
    }
    return new ChangePlan(
        List.copyOf(changes.values()),
        changes.isEmpty() ? base : new ConfigSnapshot(revision, next),
        List.copyOf(violations));
  }

  private static void once(ResourceId id, Set<ResourceId> named, List<Violation> violations) {
    if (!named.add(id)) {
      violations.add(
          new Violation(
              id.toString(), "/metadata/name", "is named twice in one change", "name it once"));
    }
  }
}
