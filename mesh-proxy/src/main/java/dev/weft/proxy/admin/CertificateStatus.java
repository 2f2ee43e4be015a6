package dev.weft.proxy.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.proxy.identity.WorkloadIdentity;
import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.PeerIdentity;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows certificates, without their keys. */
final class CertificateStatus {
  private CertificateStatus() {}

  static void write(@Nullable WorkloadIdentity identity, ArrayNode out) {
    if (identity == null) {
      return;
    }
    ObjectNode certificate = out.addObject();
    chain(identity.key().chain(), certificate.putArray("cert_chain"));
    chain(identity.roots(), certificate.putArray("ca_cert"));
  }

  private static void chain(List<X509Certificate> certificates, ArrayNode out) {
    for (X509Certificate certificate : certificates) {
      PeerIdentity identity = PeerIdentities.of(certificate);
      ObjectNode shown = out.addObject();
      shown.put("serial_number", certificate.getSerialNumber().toString(16));
      shown.put("subject", identity.subject());
      shown.put("sha256", identity.sha256());
      ArrayNode names = shown.putArray("subject_alt_names");
      identity.uris().forEach(uri -> names.addObject().put("uri", uri));
      identity.dnsNames().forEach(name -> names.addObject().put("dns", name));
      Instant end = certificate.getNotAfter().toInstant();
      shown.put("valid_from", certificate.getNotBefore().toInstant().toString());
      shown.put("expiration_time", end.toString());
      shown.put(
          "days_until_expiration",
          Long.toString(Math.max(0, Duration.between(Instant.now(), end).toDays())));
    }
  }
}
