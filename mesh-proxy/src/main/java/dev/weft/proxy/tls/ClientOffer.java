package dev.weft.proxy.tls;

import java.util.Set;

/**
 * What a ClientHello tells about the certificates that its client can use.
 *
 * @param serverName as it was sent, capitals and all; empty for none
 * @param versions whether it lists its versions of TLS, as those do that know TLS 1.3
 * @param signatureCurves the curves of its signature algorithms: bits of {@link #P_256}, {@link
 *     #P_384}, {@link #P_521}
 * @param groupCurves those of its groups for the key exchange
 * @param ecdsaSuites the cipher suites for TLS 1.2 with ECDSA, by the names of the standard
 */
public record ClientOffer(
    String serverName,
    boolean versions,
    int signatureCurves,
    int groupCurves,
    Set<String> ecdsaSuites) {
  /** A hello that tells nothing. */
  public static final ClientOffer NONE = new ClientOffer("", false, 0, 0, Set.of());

  public static final int P_256 = 1;
  public static final int P_384 = 2;
  public static final int P_521 = 4;

  /** The curve that a signature algorithm of TLS 1.3 has, as a bit; 0 for none. */
  public static int curveOfAlgorithm(int code) {
    return switch (code) {
      case 0x0403 -> P_256;
      case 0x0503 -> P_384;
      case 0x0603 -> P_521;
      default -> 0;
    };
  }

  /** The curve of a group, as a bit; 0 for others. */
  public static int curveOfGroup(int code) {
    return switch (code) {
      case 23 -> P_256;
      case 24 -> P_384;
      case 25 -> P_521;
      default -> 0;
    };
  }

  /** A cipher suite with ECDSA; empty for others. */
  public static String ecdsaSuite(int code) {
    return switch (code) {
      case 0xc009 -> "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA";
      case 0xc00a -> "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA";
      case 0xc02b -> "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
      case 0xc02c -> "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
      case 0xcca9 -> "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
      default -> "";
    };
  }
}
