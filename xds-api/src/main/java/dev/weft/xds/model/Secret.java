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

  /** Trusted roots and the names that are accepted besides those of the TLS settings. */
  record Validation(String name, String trustedCaPem, List<SanMatch> subjectAltNames)
      implements Secret {
    public Validation {
      subjectAltNames = List.copyOf(subjectAltNames);
    }
  }
}
