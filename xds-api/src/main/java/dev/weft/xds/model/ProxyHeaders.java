package dev.weft.xds.model;

import java.util.List;
import java.util.Set;

/**
 * Which headers of the PROXY protocol connections begin with ({@code
 * envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}).
 *
 * @param optional whether a connection may begin without one
 * @param versions those that are taken, at least one. Where a header is optional, bytes of another
 *     version are taken for a connection without one
 * @param statPrefix of its statistics; empty for none
 * @param kept what of a header may go on in those to endpoints, besides addresses
 * @param notes what of a header is noted as metadata of the connection; one for a type
 */
public record ProxyHeaders(
    boolean optional,
    Set<ProxyHeaderVersion> versions,
    String statPrefix,
    TlvChoice kept,
    List<TlvNote> notes) {
  public ProxyHeaders {
    versions = Set.copyOf(versions);
    notes = List.copyOf(notes);
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("one version has to be taken");
    }
  }

  /** Headers of which addresses alone are kept. */
  public ProxyHeaders(boolean optional, Set<ProxyHeaderVersion> versions, String statPrefix) {
    this(optional, versions, statPrefix, TlvChoice.NONE, List.of());
  }
}
