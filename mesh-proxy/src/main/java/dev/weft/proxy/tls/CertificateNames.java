package dev.weft.proxy.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/** Under which names of servers a certificate is shown. */
final class CertificateNames {
  private CertificateNames() {}

  /**
   * Its DNS names, letter by letter. The common name of its subject counts where a certificate has
   * no alternative names of any kind (RFC 6125, section 6.4.4).
   */
  static List<String> of(X509Certificate leaf) {
    try {
      return leaf.getSubjectAlternativeNames() == null
          ? common(leaf)
          : PeerIdentities.names(leaf, San.DNS);
    } catch (CertificateException e) {
      return List.of(); // unreadable names match nothing
    }
  }

  /** The first one, in the order of the certificate: the text has them the other way round. */
  private static List<String> common(X509Certificate leaf) {
    try {
      String subject = leaf.getSubjectX500Principal().getName(X500Principal.RFC2253);
      for (Rdn part : new LdapName(subject).getRdns()) {
        Attribute name = part.toAttributes().get("CN");
        if (name != null) {
          return name.get() instanceof String text && !text.isEmpty() ? List.of(text) : List.of();
        }
      }
      return List.of();
    } catch (NamingException e) {
      return List.of(); // the same
    }
  }
}
