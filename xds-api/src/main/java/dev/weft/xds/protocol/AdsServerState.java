package dev.weft.xds.protocol;

import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The server's side of one xDS stream: requests and snapshots go in, what to do comes out. It keeps
 * the order that never breaks a client (secrets, clusters, endpoints, then listeners and routes,
 * then removals), has at most one unanswered response for each type, merges what changes meanwhile,
 * and never repeats by itself what was refused.
 *
 * <p>No I/O and no clock. Confined to one thread at a time. Memory is bounded by the resources of
 * the snapshot and by {@value ServerType#MAX_NAMES} names for each type.
 *
 * @param <Q> the request message of the variant
 * @param <P> the response message of the variant
 */
public sealed interface AdsServerState<Q, P> permits ServerStream {
  /** A message of the client. */
  List<ServerAction<P>> onRequest(Q request);

  /**
   * The client should hold this from now on. Until the first snapshot requests are remembered and
   * not answered.
   */
  List<ServerAction<P>> onSnapshot(ResourceSnapshot snapshot);

  /** The types the client has asked for on this stream. */
  Set<XdsType> types();

  /** The types with a response that the client has neither confirmed nor refused yet. */
  Set<XdsType> unanswered();

  /**
   * The names the client has refused and for which nothing else was sent since; after a refusal
   * that does not tell which, all that the response carried.
   */
  Set<String> refused(XdsType type);

  /**
   * The newest revision whose every resource of this type the client has confirmed; empty if it has
   * confirmed none or does not ask for the type.
   */
  OptionalLong confirmedRevision(XdsType type);

  /** The newest revision the client has confirmed in every type it asks for; empty before that. */
  OptionalLong confirmedRevision();
}
