package dev.weft.control.admin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/** The bearer token of administrators, kept in a file only the owner may read. */
final class AdminToken {
  private static final String FILE = "admin.token";

  private final byte[] token;

  private AdminToken(byte[] token) {
    this.token = token;
  }

  /** Reads the token, or makes one where there is none; nodes that share the folder share it. */
  static AdminToken in(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      Files.createDirectories(folder);
      if (!Files.exists(file)) {
        create(folder, file);
      }
      String text = Files.readString(file).strip();
      if (text.length() < 20) {
        throw new IllegalStateException(
            file + " holds no token of at least 20 characters; delete it to have one made");
      }
      return new AdminToken(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read or make " + file + "; check that the data folder can be written", e);
    }
  }

  private static void create(Path folder, Path file) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
    Path whole =
        Files.createTempFile(
            folder,
            FILE,
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    try {
      // A link, not a move: when two nodes start at once the first one's token stands.
      Files.createLink(file, whole);
    } catch (FileAlreadyExistsException _) {
      // The other node's token is read next.
    } catch (UnsupportedOperationException _) {
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  /** Compares in constant time. */
  boolean matches(String candidate) {
    return MessageDigest.isEqual(token, candidate.getBytes(StandardCharsets.UTF_8));
  }
}
