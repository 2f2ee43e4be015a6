package dev.weft.proxy.tls;

import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among a server's certificates as Envoy does: by the name that a client asks for, letter
 * by letter, then by what follows its first dot; among those of a name by the key, where ECDSA on a
 * curve that the client knows comes before RSA. Immutable.
 */
public final class CertificateTable {
  private static final int FIRST = 0;
  private static final int NONE = -1;
  private static final int P_256_BITS = 256;
  private static final int P_384_BITS = 384;
  private static final int P_521_BITS = 521;

  /** Of each certificate the curve of its key, as {@link ClientOffer} has them; 0 for RSA. */
  private final int[] curves;

  /**
   * Which have a name, at most one for each kind of key; a wildcard is its part behind the star.
   */
  private final Map<String, List<Integer>> byName;

  private final boolean scanAll;
  private final boolean tls13;
  private final Set<String> suites;

  /**
   * @param tls13 whether the server speaks TLS 1.3
   * @param suites that the server takes
   */
  CertificateTable(
      List<X509Certificate> leaves, boolean scanAll, boolean tls13, List<String> suites) {
    this.curves = leaves.stream().mapToInt(CertificateTable::curve).toArray();
    this.scanAll = scanAll;
    this.tls13 = tls13;
    this.suites = Set.copyOf(new HashSet<>(suites));
    Map<String, List<Integer>> names = new HashMap<>();
    for (int i = 0; i < leaves.size(); i++) {
      for (String name : CertificateNames.of(leaves.get(i))) {
        List<Integer> known =
            names.computeIfAbsent(
                name.startsWith("*.") ? name.substring(1) : name, unknown -> new ArrayList<>());
        boolean ecdsa = curves[i] != 0;
        if (known.stream().noneMatch(other -> (curves[other] != 0) == ecdsa)) {
          known.add(i);
        }
      }
    }
    names.replaceAll((name, known) -> List.copyOf(known));
    this.byName = Map.copyOf(names);
  }

  private static int curve(X509Certificate leaf) {
    if (!(leaf.getPublicKey() instanceof ECPublicKey key)) {
      return 0;
    }
    return switch (key.getParams().getCurve().getField().getFieldSize()) {
      case P_256_BITS -> ClientOffer.P_256;
      case P_384_BITS -> ClientOffer.P_384;
      case P_521_BITS -> ClientOffer.P_521;
      default -> Integer.MIN_VALUE; // of which no client tells
    };
  }

  /** The number of the certificate for a client, from 0. */
  public int choose(ClientOffer client) {
    int known = curves(client);
    String name = client.serverName();
    if (!name.isEmpty()) {
      int found = find(byName.get(name), known);
      if (found == NONE) {
        int dot = name.indexOf('.', 1);
        if (dot >= 0 && dot < name.length() - 1) {
          found = find(byName.get(name.substring(dot)), known);
        }
      }
      if (found != NONE) {
        return found;
      }
      if (!scanAll) {
        return FIRST;
      }
    }
    return first(known);
  }

  /** The curves on which a client can verify a server's ECDSA; 0 if it cannot. */
  private int curves(ClientOffer client) {
    if (tls13 && client.versions()) {
      return client.signatureCurves();
    }
    for (String suite : client.ecdsaSuites()) {
      if (suites.contains(suite)) {
        return client.groupCurves();
      }
    }
    return 0;
  }

  private int find(@Nullable List<Integer> candidates, int known) {
    int rsa = NONE;
    if (candidates != null) {
      for (int candidate : candidates) {
        if ((curves[candidate] & known) != 0) {
          return candidate;
        }
        if (curves[candidate] == 0) {
          rsa = candidate;
        }
      }
    }
    return rsa;
  }

  private int first(int known) {
    int rsa = NONE;
    for (int i = 0; i < curves.length; i++) {
      if ((curves[i] & known) != 0) {
        return i;
      }
      if (curves[i] == 0 && rsa == NONE) {
        rsa = i;
      }
    }
    return rsa == NONE ? FIRST : rsa;
  }
}
