package dev.weft.control.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The 256-bit key, in a file of mode 0600, that seals the authority's private keys before they go
 * to the database (AES-GCM, a random 96-bit nonce each).
 */
final class KeyEncryptionKey {
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKey key;
  private final String id;
  private final String clusterSecret;

  private KeyEncryptionKey(byte[] bytes) {
    this.key = new SecretKeySpec(bytes, "AES");
    this.id = derive("weft key-encryption key", bytes, 8);
    this.clusterSecret = derive("weft cluster", bytes, 32);
  }

  /** Names the key without giving it away; stored beside what it has sealed. */
  String id() {
    return id;
  }

  /** What only nodes of this mesh know; shares nothing with what seals keys. */
  String clusterSecret() {
    return clusterSecret;
  }

  /**
   * Reads {@code file}, or makes it if it is absent. Nodes starting at once on one file all get the
   * same key. Throws IOException with a sentence for the operator if the file cannot be used.
   */
  static KeyEncryptionKey loadOrCreate(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException absent) {
      create(file);
      return read(file);
    }
  }

  private static KeyEncryptionKey read(Path file) throws IOException {
    byte[] text = Files.readAllBytes(file);
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE)
        .containsAll(mode)) {
      throw new IOException(
          "the CA's key file "
              + file
              + " has mode "
              + PosixFilePermissions.toString(mode)
              + ": others may read it; run chmod 600 on it");
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(new String(text, StandardCharsets.US_ASCII).strip());
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    if (bytes.length != KEY_BYTES) {
      throw new IOException(
          "the CA's key file "
              + file
              + " does not hold 32 bytes in base64: restore it from a backup or copy it from another node");
    }
    return new KeyEncryptionKey(bytes);
  }

  private static void create(Path file) throws IOException {
    byte[] bytes = new byte[KEY_BYTES];
    RANDOM.nextBytes(bytes);
    Path folder =
        Objects.requireNonNull(file.toAbsolutePath().getParent(), "a key file has a folder");
    Path fresh = folder.resolve(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-------");
    try {
      try (FileChannel channel =
          FileChannel.open(
              fresh,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(mode))) {
        channel.write(
            ByteBuffer.wrap(
                (Base64.getEncoder().encodeToString(bytes) + "\n")
                    .getBytes(StandardCharsets.US_ASCII)));
        channel.force(true);
      }
      // A link appears whole or not at all and, unlike a move, never replaces another node's key.
      Files.createLink(file, fresh);
      try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
        entries.force(true);
      }
    } catch (FileAlreadyExistsException anotherNodeWasFirst) {
      // its key is the one to read
    } finally {
      Files.deleteIfExists(fresh);
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Encrypts {@code plain}; {@code purpose} must be given again to open it. */
  byte[] seal(String purpose, byte[] plain) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, purpose).doFinal(plain);
      return ByteBuffer.allocate(NONCE_BYTES + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM is not usable on this JDK", e);
    }
  }

  /**
   * Decrypts what {@link #seal} gave for the same purpose; throws if it was sealed otherwise or
   * altered.
   */
  byte[] open(String purpose, byte[] sealed) throws GeneralSecurityException {
    if (sealed.length < NONCE_BYTES) {
      throw new GeneralSecurityException("sealed value is cut short");
    }
    byte[] nonce = Arrays.copyOf(sealed, NONCE_BYTES);
    return cipher(Cipher.DECRYPT_MODE, nonce, purpose)
        .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
  }

  private Cipher cipher(int mode, byte[] nonce, String purpose) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(purpose.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static String derive(String purpose, byte[] bytes, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(purpose.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest(bytes), 0, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
