package dev.weft.xds.model;

import dev.weft.xds.model.TlsSettings.InlineSecret;
import dev.weft.xds.model.TlsSettings.SecretSource;
import java.util.List;

/**
 * Which of several certificates a server shows: the first is that of its {@link TlsSettings}, which
 * is shown where none fits.
 *
 * @param more the others, in their order
 * @param scanAll whether a client that asks for a name that no certificate has gets the first
 *     certificate of a key that it can use, as one that asks for none does ({@code
 *     full_scan_certs_on_sni_mismatch}); otherwise it gets the first of all
 */
public record CertificateChoice(List<SecretSource> more, boolean scanAll) {
  /** There is one certificate. */
  public static final CertificateChoice NONE = new CertificateChoice(List.of(), false);

  public CertificateChoice {
    more = List.copyOf(more);
    for (SecretSource source : more) {
      if (source instanceof InlineSecret(Secret.Validation validation)) {
        throw new IllegalArgumentException(
            "trusted roots are no certificate: " + validation.name());
      }
    }
  }
}
