package dev.weft.control.resource;

import java.util.List;

/**
 * What came of reading a text.
 *
 * @param documents those that are well-formed and valid by themselves
 * @param violations everything that is wrong with the others
 */
public record Reading(List<ResourceDocument> documents, List<Violation> violations) {
  public Reading {
    documents = List.copyOf(documents);
    violations = List.copyOf(violations);
  }
}
