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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a server knows of one type on one stream: what is wanted, sent, unanswered and refused. */
final class ServerType {
  /** A client that asks for more names than this of one type is cut off. */
  static final int MAX_NAMES = 100_000;

  /** Responses that may be partial end at the first resource beyond this; the rest comes next. */
  static final int MAX_PARTIAL_BYTES = 2 << 20;

  static final long NEVER = -1;

  /** How a response of this type speaks of what it does not carry. */
  enum Form {
    /** Delta: only changes, and what is gone by name. */
    CHANGES(true, false),
    /** State of the world, listeners and clusters: everything, so that absence is removal. */
    WHOLE(true, true),
    /** State of the world, other types: only changes; nothing is ever said to be gone. */
    PART(false, false);

    private final boolean removes;
    private final boolean whole;

    Form(boolean removes, boolean whole) {
      this.removes = removes;
      this.whole = whole;
    }
  }

  final XdsType type;
  final Form form;
  final Subscription subscription;

  /** Whether a request has come: the first one of a stream has rules of its own. */
  boolean started;

  /** Whether something may have to be sent; without it nothing is compared. */
  boolean dirty;

  /** Whether the client must hear something even if there is nothing to send. */
  boolean answerOwed;

  /** The nonce of the last response; outlives its answer. */
  String lastNonce = "";

  @Nullable Push outstanding;

  /** The snapshot, by its number on this stream, up to which additions and changes are answered. */
  long settled = NEVER;

  long confirmedRevision = NEVER;

  private final Map<String, String> sent = new HashMap<>();
  private final Set<String> due = new LinkedHashSet<>();
  private final Map<String, Leaving> leaving = new LinkedHashMap<>();

  /**
   * Sent under a wildcard or a glob that was given up since; the client may hold it all the same.
   */
  private final Set<String> ghosts = new HashSet<>();

  /** Refused, nobody said which: good ones among them travel again after the next change. */
  private final Set<String> suspects = new LinkedHashSet<>();

  private final Set<String> retry = new LinkedHashSet<>();
  private final Set<String> refused = new LinkedHashSet<>();

  ServerType(XdsType type, Form form) {
    this.type = type;
    this.form = form;
    this.subscription = new Subscription(type);
  }

  /** A resource that the client was sent and the snapshot no longer has. */
  record Leaving(@Nullable EncodedResource last, long since) {}

  /** An unanswered response. */
  record Push(
      String nonce,
      long snapshot,
      long revision,
      Set<String> upserts,
      List<String> removals,
      boolean additions,
      boolean complete) {}

  /** What the next response has to say. */
  record Plan(
      List<EncodedResource> upserts,
      List<String> removals,
      boolean additions,
      boolean changes,
      boolean complete) {
    static final Plan NOTHING = new Plan(List.of(), List.of(), false, false, true);

    boolean isEmpty() {
      return upserts.isEmpty() && removals.isEmpty();
    }
  }

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

  /** Forgets what is no longer wanted. */
  void drop(Collection<String> names) {
    for (String name : names) {
      if (!subscription.wants(name)) {
        if (form == Form.CHANGES && outstanding != null && outstanding.upserts().contains(name)) {
          ghosts.add(name);
        }
        forget(name);
        sent.remove(name);
      }
    }
    if (subscription.isEmpty()) {
      // some clients do not answer a response that nobody wants any more
      outstanding = null;
      answerOwed = false;
    }
  }

  /** Drops whatever the subscription does not cover, after a wildcard or a glob was given up. */
  void dropUnwanted() {
    drop(List.copyOf(sent.keySet()));
    drop(List.copyOf(due));
  }

  /**
   * What was given up may be wanted again before the response on its way has arrived. It is then
   * taken after all, so what does not exist any more must be said to be gone.
   */
  void recallGhosts(@Nullable ResourceSnapshot snapshot) {
    for (String name : ghosts) {
      if (subscription.wants(name) && sent.putIfAbsent(name, "") == null) {
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
      } else if (form.removes) {
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
    if (subscription.wants(name) && sent.containsKey(name) && !refused.contains(name)) {
      due.add(name);
      dirty = true;
    }
  }

  boolean hasWork(LongPredicate mayRemove) {
    return dirty
        || answerOwed
        || !retry.isEmpty()
        || leaving.values().stream().anyMatch(gone -> mayRemove.test(gone.since()));
  }

  /**
   * Compares what is wanted with what was sent.
   *
   * @param mayRemove whether what has been missing since that snapshot may be taken away now
   */
  Plan plan(ResourceSnapshot snapshot, LongPredicate mayRemove) {
    Plan plan = planChanges(snapshot, mayRemove);
    return plan.isEmpty() && !retry.isEmpty() ? planRetry(snapshot) : plan;
  }

  private Plan planChanges(ResourceSnapshot snapshot, LongPredicate mayRemove) {
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
      if (bytes > MAX_PARTIAL_BYTES && !form.whole) {
        complete = false;
        break;
      }
      bytes += resource.body().getSerializedSize();
      upserts.add(resource);
      additions |= before == null;
      changes |= changed;
    }
    List<String> removals = new ArrayList<>();
    if (form.removes) {
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
    return new Plan(upserts, removals, additions, changes, complete);
  }

  private Plan planRetry(ResourceSnapshot snapshot) {
    List<EncodedResource> upserts = new ArrayList<>();
    List<String> removals = new ArrayList<>();
    for (String name : retry) {
      EncodedResource resource = snapshot.resource(type, name);
      if (resource == null) {
        removals.add(name);
      } else {
        upserts.add(resource);
      }
    }
    return new Plan(upserts, removals, false, false, true);
  }

  /** The resources of the snapshot that this client wants. */
  List<EncodedResource> wanted(ResourceSnapshot snapshot) {
    List<EncodedResource> wanted = new ArrayList<>();
    if (subscription.onlyNames()) {
      for (String name : subscription.names()) {
        EncodedResource resource = snapshot.resource(type, name);
        if (resource != null) {
          wanted.add(resource);
        }
      }
      return wanted;
    }
    for (EncodedResource resource : snapshot.resources(type).values()) {
      if (subscription.wants(resource.name())) {
        wanted.add(resource);
      }
    }
    return wanted;
  }

  /** What the snapshot no longer has and must not be taken away yet. */
  List<EncodedResource> lingering() {
    return leaving.values().stream().map(Leaving::last).filter(last -> last != null).toList();
  }

  /** Remembers a plan as sent. */
  void sent(Plan plan, String nonce, long number, long revision) {
    for (EncodedResource resource : plan.upserts()) {
      forget(resource.name());
      sent.put(resource.name(), resource.version());
    }
    for (String name : plan.removals()) {
      forget(name);
      sent.remove(name);
    }
    if (form.whole) {
      refused.clear();
    }
    if (plan.changes()) {
      retry.addAll(suspects);
      suspects.clear();
    }
    if (plan.complete()) {
      due.clear();
    }
    dirty = !plan.complete();
    answerOwed = false;
    lastNonce = nonce;
    outstanding =
        new Push(
            nonce,
            number,
            revision,
            plan.upserts().stream()
                .map(EncodedResource::name)
                .collect(Collectors.toCollection(LinkedHashSet::new)),
            List.copyOf(plan.removals()),
            plan.additions(),
            plan.complete());
  }

  private void forget(String name) {
    due.remove(name);
    leaving.remove(name);
    suspects.remove(name);
    retry.remove(name);
    refused.remove(name);
  }

  /** There is nothing to send: the client has all of this snapshot. Whether that is news. */
  boolean idle(long number, long revision) {
    boolean news = settled < number;
    dirty = false;
    due.clear();
    settled = number;
    if (refused.isEmpty() && suspects.isEmpty() && retry.isEmpty()) {
      confirmedRevision = revision;
    }
    return news;
  }

  /** The outstanding response was confirmed. */
  void confirm(Push push) {
    outstanding = null;
    if (push.complete()) {
      settled = push.snapshot();
      if (refused.isEmpty() && suspects.isEmpty() && retry.isEmpty()) {
        confirmedRevision = push.revision();
      }
    }
  }

  /**
   * The outstanding response was refused.
   *
   * @param bad the names the client gave, or empty if it gave none
   */
  void refuse(Push push, Set<String> bad) {
    outstanding = null;
    if (push.complete()) {
      settled = push.snapshot();
    }
    if (!bad.isEmpty()) {
      bad.stream().filter(sent::containsKey).forEach(refused::add);
      return;
    }
    (form.whole ? sent.keySet() : push.upserts())
        .stream().filter(sent::containsKey).forEach(refused::add);
    // one alone is the culprit; several are tried once more, apart from the next change
    if (!form.whole && push.upserts().size() + push.removals().size() > 1) {
      push.upserts().stream().filter(sent::containsKey).forEach(suspects::add);
      push.removals().stream().filter(subscription::wants).forEach(suspects::add);
    }
  }

  Set<String> refused() {
    return Set.copyOf(refused);
  }
}
