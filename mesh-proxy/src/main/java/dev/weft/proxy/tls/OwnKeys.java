package dev.weft.proxy.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a server that has several. Which of them a client is shown was decided before
 * its handshake: it is the name of the peer that its engine was made with, which means nothing to
 * servers otherwise.
 */
final class OwnKeys extends X509ExtendedKeyManager {
  private final List<KeyMaterial> materials;

  /**
   * @param materials the first is shown to whom nothing else was decided for
   */
  OwnKeys(List<KeyMaterial> materials) {
    this.materials = List.copyOf(materials);
  }

  /** What an engine's peer is called that is shown the certificate of this number. */
  static String peer(int number) {
    return Integer.toString(number);
  }

  private @Nullable KeyMaterial material(@Nullable String alias) {
    for (int i = 0; i < materials.size(); i++) {
      if (peer(i).equals(alias)) {
        return materials.get(i);
      }
    }
    return null;
  }

  /** Whether the client can use it, the handshake finds out: the library names all types it has. */
  @Override
  public String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    String chosen = engine == null ? null : engine.getPeerHost();
    return material(chosen) == null || chosen == null ? peer(0) : chosen;
  }

  @Override
  public String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return peer(0);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    KeyMaterial found = material(alias);
    return found == null ? null : found.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    KeyMaterial found = material(alias);
    return found == null ? null : found.key();
  }
}
