package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.List;

/** Key material ({@code envoy.extensions.transport_sockets.tls.v3.Secret}); text is PEM. */
public sealed interface Secret extends XdsResource {
  String name();

  @Override
  default ResourceKey key() {
    return new ResourceKey(XdsType.SECRET, name());
  }

  /** A certificate chain, leaf first, and its key. */
  record Certificate(String name, String chainPem, String keyPem) implements Secret {
    @Override
    public String toString() {
      return "Certificate[name=" + name + ", key not shown]";
    }
  }

  /**
   * Trusted roots and what is asked of peers besides what the TLS settings ask.
   *
   * @param trustedCaPem empty where {@code checks} name the certificates that are accepted
   * @param subjectAltNames names that are accepted, too
   */
  record Validation(
      String name, String trustedCaPem, List<SanMatch> subjectAltNames, PeerChecks checks)
      implements Secret {
    /** Without other checks. */
    public Validation(String name, String trustedCaPem, List<SanMatch> subjectAltNames) {
      this(name, trustedCaPem, subjectAltNames, PeerChecks.NONE);
    }

    public Validation {
      subjectAltNames = List.copyOf(subjectAltNames);
    }
  }
}
