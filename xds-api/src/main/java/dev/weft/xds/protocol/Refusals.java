package dev.weft.xds.protocol;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a client has refused of one type and nothing else was sent for since. When it did not say
 * which of several, the good ones among them may not have been taken: after the next change they
 * travel once more, in a response of their own lest they spoil the change.
 */
final class Refusals {
  private final Set<String> refused = new LinkedHashSet<>();
  private final Set<String> suspects = new LinkedHashSet<>();
  private final Set<String> retry = new LinkedHashSet<>();

  /** These are known to be bad. */
  void add(String name) {
    refused.add(name);
  }

  /** One of these is bad, or gone without the client knowing. */
  void suspect(Collection<String> names) {
    suspects.addAll(names);
  }

  /** Something else was sent for it, or nobody wants it any more. */
  void forget(String name) {
    refused.remove(name);
    suspects.remove(name);
    retry.remove(name);
  }

  void forgetAll() {
    refused.clear();
    suspects.clear();
    retry.clear();
  }

  /** A change was sent: the suspects may follow. */
  void afterChange() {
    retry.addAll(suspects);
    suspects.clear();
  }

  /** What is to be sent once more now. */
  Set<String> retry() {
    return retry;
  }

  boolean contains(String name) {
    return refused.contains(name);
  }

  /** Whether the client has taken everything. */
  boolean none() {
    return refused.isEmpty() && suspects.isEmpty() && retry.isEmpty();
  }

  Set<String> names() {
    return Set.copyOf(refused);
  }
}
