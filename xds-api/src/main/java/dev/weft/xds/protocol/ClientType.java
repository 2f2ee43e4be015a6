package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import com.google.rpc.Status;
import dev.weft.xds.resource.XdsType;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client knows of one type: over streams what it holds, on a stream what was said. */
final class ClientType {
  /** How many given-up resources are remembered on a stream; see {@link #limbo}. */
  private static final int MAX_LIMBO = 10_000;

  private static final Duration FIRST_DELAY = Duration.ofMillis(500);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

  final XdsType type;
  Interest interest = Interest.NONE;

  /** Accepted and, as far as known, what the server has now. */
  final Map<String, Held> held = new HashMap<>();

  /**
   * Said not to exist, or not come in time. Only names that are asked for one by one: under a
   * wildcard there is no end to the names that come and go, and nobody waits for them.
   */
  final Set<String> absent = new HashSet<>();

  /** Whether a response has ever come. */
  boolean answered;

  /** Whether a request was sent on this stream. */
  boolean started;

  /** Whether a name or {@code *} was sent on this stream: an empty list means nothing then. */
  boolean everNamed;

  /** State of the world only: of the last accepted response; outlives its stream. */
  String version = "";

  /** Of the last answered response; dies with its stream. */
  String nonce = "";

  @Nullable Answer pending;

  /**
   * State of the world only: given up on this stream, but maybe not in the eyes of the server,
   * which ignores requests that cross a response. Asked for again, such a resource might never be
   * sent again, so its value, if there is one, is kept up to date until the stream ends.
   */
  private final Map<String, Limbo> limbo =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Limbo> eldest) {
          return size() > MAX_LIMBO;
        }
      };

  /** State of the world only: whether names that nobody gave up by name may be in limbo. */
  boolean limboOpen;

  private int refusedBefore;
  private int refusals;

  ClientType(XdsType type) {
    this.type = type;
  }

  /** An accepted resource. */
  record Held(String version, Object model, Any body) {}

  /**
   * What is to be said of a response that has been applied.
   *
   * @param error null to confirm
   * @param fingerprint of what was refused
   * @param delayed whether a timer will send it
   */
  record Answer(
      String nonce, String version, @Nullable Status error, int fingerprint, boolean delayed) {}

  /** A resource given up; null while it has not come. */
  record Limbo(@Nullable Held held) {}

  Map<String, Limbo> limbo() {
    return limbo;
  }

  /** Whether the value of an unwanted resource is to be kept all the same. */
  boolean inLimbo(String name) {
    return limboOpen || limbo.containsKey(name);
  }

  /**
   * The names a request gives: none for the plain wildcard as long as no name was sent on this
   * stream, which servers that do not know {@code *} understand too.
   */
  Set<String> namesToSend() {
    if (type.fullState() && !everNamed && interest.wildcard() && interest.names().isEmpty()) {
      return Set.of();
    }
    Set<String> names = interest.spelt();
    everNamed |= !names.isEmpty();
    return names;
  }

  /**
   * Counts a refusal.
   *
   * @return how long to wait with it: not at all unless the same was refused just before, then half
   *     a second, doubling up to 30 s
   */
  Duration refuse(int fingerprint) {
    if (refusals == 0 || fingerprint != refusedBefore) {
      refusedBefore = fingerprint;
      refusals = 1;
      return Duration.ZERO;
    }
    int doublings = Math.min(refusals - 1, 10);
    refusals++;
    Duration delay = FIRST_DELAY.multipliedBy(1L << doublings);
    return delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY;
  }

  /** A response was good: the next refusal is sent at once. */
  void accept() {
    refusals = 0;
  }

  /** The stream is gone. */
  void disconnect() {
    started = false;
    everNamed = false;
    nonce = "";
    pending = null;
    refusals = 0;
    limbo.clear();
    limboOpen = false;
  }
}
