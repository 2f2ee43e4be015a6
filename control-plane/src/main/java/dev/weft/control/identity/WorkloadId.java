package dev.weft.control.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who a workload is: a namespace and a service, both DNS labels (RFC 1123). Written as {@code
 * spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE} in certificates.
 */
public record WorkloadId(String namespace, String service) {
  /** The control plane's own namespace; no join token is given for it. */
  public static final String SYSTEM_NAMESPACE = "weft-system";

  private static final String LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
  private static final Pattern LABEL_PATTERN = Pattern.compile(LABEL);
  private static final Pattern TRUST_DOMAIN = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");
  private static final Pattern SPIFFE =
      Pattern.compile("spiffe://([^/]{1,253})/ns/(" + LABEL + ")/sa/(" + LABEL + ")");
  private static final int SAN_URI = 6;

  /** What the control plane's own certificate says; stands after the patterns it is checked by. */
  public static final WorkloadId CONTROL_PLANE = new WorkloadId(SYSTEM_NAMESPACE, "control-plane");

  /** Throws IllegalArgumentException naming the part that is no DNS label. */
  public WorkloadId {
    requireLabel("namespace", namespace);
    requireLabel("service", service);
  }

  /** Reads {@code NAMESPACE/SERVICE}; throws IllegalArgumentException otherwise. */
  public static WorkloadId parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "service '" + text + "' is not of the form NAMESPACE/NAME, for example shop/catalog");
    }
    return new WorkloadId(text.substring(0, slash), text.substring(slash + 1));
  }

  /** The SPIFFE ID in {@code trustDomain}. */
  public String spiffeId(String trustDomain) {
    return "spiffe://" + trustDomain + "/ns/" + namespace + "/sa/" + service;
  }

  /**
   * The identity of an already verified leaf certificate, or empty if it is not a workload of
   * {@code trustDomain}: exactly one URI SAN of the mesh's form, no CA bit (SPIFFE X.509-SVID,
   * section 4).
   */
  public static Optional<WorkloadId> ofCertificate(X509Certificate leaf, String trustDomain) {
    if (leaf.getBasicConstraints() >= 0) {
      return Optional.empty();
    }
    List<String> uris;
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      if (names == null) {
        return Optional.empty();
      }
      uris =
          names.stream()
              .filter(name -> Integer.valueOf(SAN_URI).equals(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
    if (uris.size() != 1) {
      return Optional.empty();
    }
    Matcher matcher = SPIFFE.matcher(uris.getFirst());
    return matcher.matches() && matcher.group(1).equals(trustDomain)
        ? Optional.of(new WorkloadId(matcher.group(2), matcher.group(3)))
        : Optional.empty();
  }

  /**
   * Returns {@code trustDomain} if it is a lower-case DNS name, else throws
   * IllegalArgumentException.
   */
  public static String requireTrustDomain(String trustDomain) {
    if (trustDomain.length() > 253 || !TRUST_DOMAIN.matcher(trustDomain).matches()) {
      throw new IllegalArgumentException(
          "trust domain '"
              + trustDomain
              + "' is not a lower-case DNS name, for example weft.local");
    }
    return trustDomain;
  }

  private static void requireLabel(String what, String value) {
    if (!LABEL_PATTERN.matcher(value).matches()) {
      throw new IllegalArgumentException(
          what
              + " '"
              + printable(value)
              + "' is not a DNS label: use 1 to 63 of a-z, 0-9 and '-', not starting or ending with '-'");
    }
  }

  private static String printable(String value) {
    String cut = value.length() > 80 ? value.substring(0, 80) + "…" : value;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  @Override
  public String toString() {
    return namespace + "/" + service;
  }
}
