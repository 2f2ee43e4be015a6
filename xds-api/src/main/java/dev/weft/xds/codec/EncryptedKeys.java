package dev.weft.xds.codec;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** Private keys that are kept under a password. */
final class EncryptedKeys {
  private static final Pattern PKCS8 =
      Pattern.compile(
          "-----BEGIN ENCRYPTED PRIVATE KEY-----([^-]*+)-----END ENCRYPTED PRIVATE KEY-----");
  private static final Pattern TRADITIONAL =
      Pattern.compile(
          "-----BEGIN ((?:RSA|EC) PRIVATE KEY)-----\\s*Proc-Type: *4,ENCRYPTED\\s*"
              + "DEK-Info: *(AES-(?:128|192|256)-CBC|DES-EDE3-CBC),([0-9A-Fa-f]+)\\s+"
              + "([A-Za-z0-9+/=\\s]+)-----END");
  private static final int SALT = 8;
  private static final int SEQUENCE = 0x30;

  private EncryptedKeys() {}

  /** A certificate and its key as PEM text. */
  record Pair(String chainPem, String keyPem) {}

  /**
   * The same key without a password.
   *
   * @param pem returned as it is where it is not encrypted
   * @throws GeneralSecurityException if it does not open
   */
  static String open(String pem, String password) throws GeneralSecurityException {
    Matcher pkcs8 = PKCS8.matcher(pem);
    if (pkcs8.find()) {
      return pem("PRIVATE KEY", pkcs8(base64(pkcs8.group(1)), password));
    }
    Matcher old = TRADITIONAL.matcher(pem);
    return old.find()
        ? pem(
            old.group(1),
            traditional(
                base64(old.group(4)),
                old.group(2),
                HexFormat.of().parseHex(old.group(3)),
                password.getBytes(StandardCharsets.UTF_8)))
        : pem;
  }

  /** RFC 5958, section 3. */
  private static byte[] pkcs8(byte[] der, String password) throws GeneralSecurityException {
    PBEKeySpec secret = new PBEKeySpec(password.toCharArray());
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      // Of PBES2 the parameters say which algorithms it is made of.
      String algorithm =
          info.getAlgParameters() != null && info.getAlgName().startsWith("PBES2")
              ? info.getAlgParameters().toString()
              : info.getAlgName();
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(secret),
          info.getAlgParameters());
      return info.getKeySpec(cipher).getEncoded();
    } catch (IOException e) {
      throw new GeneralSecurityException("it is not PKCS#8", e);
    } finally {
      secret.clearPassword();
    }
  }

  /** As OpenSSL wrote keys before PKCS#8: RFC 1421, with a key made by MD5. */
  private static byte[] traditional(byte[] encrypted, String name, byte[] iv, byte[] password)
      throws GeneralSecurityException {
    boolean des = name.startsWith("DES");
    int size = des ? 24 : Integer.parseInt(name.substring(4, 7)) / 8;
    Cipher cipher = Cipher.getInstance(des ? "DESede/CBC/PKCS5Padding" : "AES/CBC/PKCS5Padding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key(password, iv, size), des ? "DESede" : "AES"),
        new IvParameterSpec(iv));
    byte[] der = cipher.doFinal(encrypted);
    if (der.length == 0 || der[0] != SEQUENCE) {
      throw new GeneralSecurityException("it opens to no key");
    }
    return der;
  }

  private static byte[] key(byte[] password, byte[] iv, int size) throws GeneralSecurityException {
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    byte[] key = new byte[0];
    byte[] last = {};
    while (key.length < size) {
      md5.update(last);
      md5.update(password);
      md5.update(iv, 0, Math.min(SALT, iv.length));
      last = md5.digest();
      int before = key.length;
      key = Arrays.copyOf(key, before + last.length);
      System.arraycopy(last, 0, key, before, last.length);
    }
    return Arrays.copyOf(key, size);
  }

  /**
   * The first certificate of a PKCS#12 store that has a key (RFC 7292).
   *
   * @throws GeneralSecurityException if it does not open, or has none
   */
  static Pair pkcs12(byte[] store, String password) throws GeneralSecurityException {
    char[] secret = password.toCharArray();
    try {
      KeyStore opened = KeyStore.getInstance("PKCS12");
      opened.load(new ByteArrayInputStream(store), secret);
      for (String alias : Collections.list(opened.aliases())) {
        Key key = opened.isKeyEntry(alias) ? opened.getKey(alias, secret) : null;
        Certificate[] chain = opened.getCertificateChain(alias);
        if (key != null && chain != null && chain.length > 0) {
          StringBuilder certificates = new StringBuilder();
          for (Certificate one : chain) {
            certificates.append(pem("CERTIFICATE", one.getEncoded()));
          }
          return new Pair(certificates.toString(), pem("PRIVATE KEY", key.getEncoded()));
        }
      }
      throw new GeneralSecurityException("it has no certificate with a key");
    } catch (IOException e) {
      throw new GeneralSecurityException("it does not open", e);
    } finally {
      Arrays.fill(secret, ' ');
    }
  }

  private static byte[] base64(String text) throws GeneralSecurityException {
    try {
      return Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("it is not base64", e);
    }
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
