package dev.weft.xds.protocol;

import dev.weft.xds.resource.XdsType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** What a server knows of one type on one stream: what is wanted, sent, unanswered and refused. */
final class ServerType {
  /** A client that asks for more names than this of one type is cut off. */
  static final int MAX_NAMES = 100_000;

  /** Responses that may be partial end at the first resource beyond this; the rest comes next. */
  static final int MAX_PARTIAL_BYTES = 2 << 20;

  static final long NEVER = -1;

  /** Stands for the version of what the client may or may not hold; no resource has it. */
  private static final String UNKNOWN = "";

  final XdsType type;
  final ResponseForm form;
  final Subscription subscription;

  /** Whether a request has come: the first one of a stream has rules of its own. */
  boolean started;

  /** Whether something may have to be sent; without it nothing is compared. */
  boolean dirty;

  /** Whether the client must hear something even if there is nothing to send. */
  boolean answerOwed;

  /** The nonce of the last response; outlives its answer. */
  String lastNonce = "";

  @Nullable UnansweredResponse outstanding;

  /** The snapshot, by its number on this stream, up to which additions and changes are answered. */
  long settled = NEVER;

  long confirmedRevision = NEVER;

  private final Map<String, String> sent = new HashMap<>();
  private final Set<String> due = new LinkedHashSet<>();
  private final Map<String, Leaving> leaving = new LinkedHashMap<>();

  /** Given up while on its way; asked for again by a wildcard, the client may hold it after all. */
  private final Set<String> ghosts = new HashSet<>();

  private final Refusals refusals = new Refusals();

  ServerType(XdsType type, ResponseForm form) {
    this.type = type;
    this.form = form;
    this.subscription = new Subscription(type);
  }

  /** A resource that the client was sent and the snapshot no longer has. */
  record Leaving(@Nullable EncodedResource last, long since) {}

  /** The client asked for these: each is answered, whatever it was sent before. */
  void ask(Collection<String> names) {
    due.addAll(names);
    dirty |= !names.isEmpty();
  }

  /** The client claims to hold these versions from an earlier stream. */
  void claim(Map<String, String> versions, @Nullable ResourceSnapshot snapshot) {
    versions.forEach(
        (name, version) -> {
          if (subscription.wants(name)) {
            sent.put(name, version);
            EncodedResource now = snapshot == null ? null : snapshot.resource(type, name);
            if (now == null) {
              leaving.put(name, new Leaving(null, 0));
            } else if (now.version().equals(version)) {
              due.remove(name);
            }
          }
        });
  }

  /**
   * Forgets what is no longer wanted.
   *
   * @param names what the client gave up by name
   * @param any whether more may be unwanted now, because a wildcard or a glob was given up
   */
  void drop(Collection<String> names, boolean any) {
    forgetUnwanted(names);
    if (any) {
      forgetUnwanted(List.copyOf(sent.keySet()));
      forgetUnwanted(List.copyOf(due));
    }
    if (subscription.isEmpty()) {
      // some clients do not answer a response that nobody wants any more
      outstanding = null;
      answerOwed = false;
    }
  }

  private void forgetUnwanted(Collection<String> names) {
    for (String name : names) {
      if (!subscription.wants(name)) {
        if (form == ResponseForm.CHANGES && onItsWay(name)) {
          ghosts.add(name);
        }
        forget(name);
        sent.remove(name);
      }
    }
  }

  private boolean onItsWay(String name) {
    return UNKNOWN.equals(sent.get(name))
        || (outstanding != null && outstanding.upserts().contains(name));
  }

  /**
   * What was given up may be wanted again before the response on its way has arrived. It is then
   * taken after all, so what does not exist any more must be said to be gone.
   */
  void recallGhosts(@Nullable ResourceSnapshot snapshot) {
    for (String name : ghosts) {
      if (subscription.wants(name) && sent.putIfAbsent(name, UNKNOWN) == null) {
        if (snapshot == null || snapshot.resource(type, name) == null) {
          leaving.put(name, new Leaving(null, 0));
        }
      }
    }
    ghosts.removeIf(subscription::wants);
  }

  void onSnapshot(@Nullable ResourceSnapshot previous, ResourceSnapshot next, long number) {
    if (previous != null && previous.version(type).equals(next.version(type))) {
      return;
    }
    dirty = true;
    for (String name : List.copyOf(sent.keySet())) {
      EncodedResource now = next.resource(type, name);
      if (now != null) {
        leaving.remove(name);
        if (previous == null && now.version().equals(sent.get(name))) {
          due.remove(name);
        }
      } else if (form.removes()) {
        EncodedResource last = previous == null ? null : previous.resource(type, name);
        leaving.putIfAbsent(name, new Leaving(last, number));
      } else {
        forget(name);
        sent.remove(name);
      }
    }
  }

  /** Sends the resource again unless it was refused: its cluster has changed. */
  void repeat(String name) {
    if (subscription.wants(name) && sent.containsKey(name) && !refusals.contains(name)) {
      due.add(name);
      dirty = true;
    }
  }

  boolean hasWork(LongPredicate mayRemove) {
    return dirty
        || answerOwed
        || !refusals.retry().isEmpty()
        || leaving.values().stream().anyMatch(gone -> mayRemove.test(gone.since()));
  }

  /**
   * Compares what is wanted with what was sent.
   *
   * @param mayRemove whether what has been missing since that snapshot may be taken away now
   */
  ResponsePlan plan(ResourceSnapshot snapshot, LongPredicate mayRemove) {
    ResponsePlan plan = planChanges(snapshot, mayRemove);
    return plan.isEmpty() && !refusals.retry().isEmpty() ? planRetry(snapshot) : plan;
  }

  private ResponsePlan planChanges(ResourceSnapshot snapshot, LongPredicate mayRemove) {
    List<EncodedResource> upserts = new ArrayList<>();
    long bytes = 0;
    boolean additions = false;
    boolean changes = false;
    boolean complete = true;
    for (EncodedResource resource : wanted(snapshot)) {
      String before = sent.get(resource.name());
      boolean changed = !resource.version().equals(before);
      if (!changed && !due.contains(resource.name())) {
        continue;
      }
      if (bytes > MAX_PARTIAL_BYTES && !form.whole()) {
        complete = false;
        break;
      }
      bytes += resource.body().getSerializedSize();
      upserts.add(resource);
      additions |= before == null;
      changes |= changed;
    }
    List<String> removals = new ArrayList<>();
    if (form.removes()) {
      leaving.forEach(
          (name, gone) -> {
            if (due.contains(name) || mayRemove.test(gone.since())) {
              removals.add(name);
            }
          });
      changes |= !removals.isEmpty();
      for (String name : due) {
        if (!leaving.containsKey(name) && snapshot.resource(type, name) == null) {
          removals.add(name);
        }
      }
    }
    return new ResponsePlan(upserts, removals, additions, changes, complete);
  }

  private ResponsePlan planRetry(ResourceSnapshot snapshot) {
    List<EncodedResource> upserts = new ArrayList<>();
    List<String> removals = new ArrayList<>();
    long bytes = 0;
    for (String name : refusals.retry()) {
      EncodedResource resource = snapshot.resource(type, name);
      if (resource == null) {
        removals.add(name);
      } else if (bytes <= MAX_PARTIAL_BYTES) {
        bytes += resource.body().getSerializedSize();
        upserts.add(resource);
      }
    }
    return new ResponsePlan(upserts, removals, false, false, true);
  }

  /** The resources of the snapshot that this client wants. */
  List<EncodedResource> wanted(ResourceSnapshot snapshot) {
    return snapshot.select(type, subscription);
  }

  /** What the snapshot no longer has and must not be taken away yet. */
  List<EncodedResource> lingering() {
    return leaving.values().stream().map(Leaving::last).filter(last -> last != null).toList();
  }

  /** Remembers a plan as sent. */
  void sent(ResponsePlan plan, String nonce, long number, long revision) {
    for (EncodedResource resource : plan.upserts()) {
      forget(resource.name());
      sent.put(resource.name(), resource.version());
    }
    for (String name : plan.removals()) {
      forget(name);
      sent.remove(name);
    }
    if (form.whole()) {
      refusals.forgetAll();
    }
    if (plan.changes()) {
      refusals.afterChange();
    }
    if (plan.complete()) {
      due.clear();
    }
    dirty = !plan.complete();
    answerOwed = false;
    lastNonce = nonce;
    outstanding = UnansweredResponse.of(plan, nonce, number, revision);
  }

  private void forget(String name) {
    due.remove(name);
    leaving.remove(name);
    refusals.forget(name);
  }

  /** There is nothing to send: the client has all of this snapshot. Whether that is news. */
  boolean idle(long number, long revision) {
    boolean news = settled < number;
    dirty = false;
    due.clear();
    settled = number;
    if (refusals.none()) {
      confirmedRevision = revision;
    }
    return news;
  }

  /** The outstanding response was confirmed. */
  void confirm(UnansweredResponse push) {
    outstanding = null;
    if (push.complete()) {
      settled = push.snapshot();
      if (refusals.none()) {
        confirmedRevision = push.revision();
      }
    }
  }

  /**
   * The outstanding response was refused.
   *
   * @param bad the names the client gave, or empty if it gave none
   */
  void refuse(UnansweredResponse push, Set<String> bad) {
    outstanding = null;
    if (push.complete()) {
      settled = push.snapshot();
    }
    if (!bad.isEmpty()) {
      bad.stream().filter(sent::containsKey).forEach(refusals::add);
      return;
    }
    Collection<String> carried = form.whole() ? sent.keySet() : push.upserts();
    carried.stream().filter(sent::containsKey).forEach(refusals::add);
    // one alone is the culprit
    if (!form.whole() && push.upserts().size() + push.removals().size() > 1) {
      refusals.suspect(push.upserts().stream().filter(sent::containsKey).toList());
      refusals.suspect(push.removals().stream().filter(subscription::wants).toList());
    }
  }

  /** The names of the refused resources for which nothing else was sent since. */
  Set<String> refused() {
    return refusals.names();
  }
}
