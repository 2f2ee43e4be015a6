package dev.weft.proxy.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A proxy's folder, locked while the proxy runs so that no two share one. */
public final class DataFolder implements AutoCloseable {
  private static final Pattern INSTANCE = Pattern.compile("[0-9a-f]{8,32}");
  private final Path path;
  private final FileChannel lockFile;

  private DataFolder(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Opens the folder, making it (mode 0700) if it does not exist.
   *
   * @throws IOException saying what is wrong, if it cannot be used or another proxy uses it
   */
  public static DataFolder open(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    FileChannel lockFile =
        FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (lock(lockFile) == null) {
      lockFile.close();
      throw new IOException(
          "the data folder " + path + " is in use by another proxy; give each a --data of its own");
    }
    return new DataFolder(path, lockFile);
  }

  private static @Nullable FileLock lock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // a proxy in this very process
    }
  }

  /** A file in it. */
  public Path file(String name) {
    return path.resolve(name);
  }

  /** Names this instance of its service; made once, kept over restarts. */
  public String instance() throws IOException {
    AtomicFile file = new AtomicFile(file("instance"), false);
    Optional<String> kept =
        file.read().map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip());
    if (kept.isPresent() && INSTANCE.matcher(kept.get()).matches()) {
      return kept.get();
    }
    byte[] random = new byte[6];
    new SecureRandom().nextBytes(random);
    String instance = HexFormat.of().formatHex(random);
    file.write((instance + "\n").getBytes(StandardCharsets.UTF_8));
    return instance;
  }

  /** Gives the folder free. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
