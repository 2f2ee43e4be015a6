package dev.weft.xds.protocol;

import dev.weft.xds.resource.XdsType;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;

/**
 * The client's side of aggregated xDS over any number of streams, one after the other: what happens
 * goes in, what to do comes out. It remembers over streams what was accepted, asks again for
 * everything on a new one, and delays the refusal of what was refused before and came again
 * unchanged, because some servers answer a refusal with the very same content.
 *
 * <p>No I/O and no clock. Confined to one thread at a time.
 *
 * @param <Q> the request message of the variant
 * @param <P> the response message of the variant
 */
public sealed interface AdsClientState<Q, P> permits ClientStream {
  /** A stream is open: asks for everything that is wanted. */
  List<ClientAction<Q>> onConnected();

  /** The stream is gone; nothing that belonged to it counts any more. */
  List<ClientAction<Q>> onDisconnected();

  /**
   * The program wants exactly these names of the type from now on; {@code *} is every resource of
   * it.
   */
  List<ClientAction<Q>> onSubscribe(XdsType type, Collection<String> names);

  /** A message of the server; after its actions were carried out, call {@link #onApplied}. */
  List<ClientAction<Q>> onResponse(P response);

  /** The last response has been applied: confirms or refuses it. */
  List<ClientAction<Q>> onApplied();

  /** A timer started by an action has run out. */
  List<ClientAction<Q>> onTimer(ClientTimer timer);

  /**
   * Takes a resource that was accepted in an earlier life of the program; to be called before the
   * first stream, with what {@link ResourceBatch.Accepted} gave then.
   */
  void restore(XdsType type, String name, String version, Object model, ByteBuffer bytes);
}
