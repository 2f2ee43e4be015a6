package dev.weft.proxy.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows one certificate to every peer. Handing key material to a TLS library by way of a {@code
 * KeyStore} derives an encryption key by thousands of hash rounds, for every context anew.
 */
public final class OwnKey extends X509ExtendedKeyManager {
  private static final String ALIAS = "own";
  private final String algorithm;
  private final PrivateKey key;
  private final X509Certificate[] chain;

  public OwnKey(KeyMaterial material) {
    this.key = material.key();
    this.algorithm = key.getAlgorithm();
    this.chain = material.chain().toArray(X509Certificate[]::new);
  }

  /** Key types are named as in the JSSE: {@code EC}, {@code EC_RSA}, {@code RSASSA-PSS}. */
  private @Nullable String alias(String... keyTypes) {
    return Arrays.stream(keyTypes).anyMatch(type -> type.startsWith(algorithm)) ? ALIAS : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return alias(keyType);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return aliases(keyType);
  }

  private String @Nullable [] aliases(String keyType) {
    String alias = alias(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return alias.equals(ALIAS) ? chain.clone() : null;
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return alias.equals(ALIAS) ? key : null;
  }
}
