package dev.weft.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A node's own folder, {@code DATA/NODE}, held by one process at a time. The lock is the operating
 * system's: it goes with the process, however that ends.
 */
final class NodeFolder implements AutoCloseable {
  private final Path data;
  private final Path own;
  private final FileChannel channel;
  private final SortedMap<String, Integer> ports = new TreeMap<>();

  private NodeFolder(Path data, Path own, FileChannel channel) {
    this.data = data;
    this.own = own;
    this.channel = channel;
  }

  /**
   * Takes the folder, making it if needed; throws IOException with a sentence if another process
   * has it.
   */
  static NodeFolder claim(Path data, String nodeName) throws IOException {
    Path own = data.resolve(nodeName);
    Files.createDirectories(own);
    FileChannel channel =
        FileChannel.open(own.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException thisProcess) {
      // reported below
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new IOException(
          "a control-plane node named "
              + nodeName
              + " is already running in "
              + data
              + ": stop it, or give this one another --node-name");
    }
    // What the last run left would mislead whoever waits for this one.
    Files.deleteIfExists(own.resolve("ports.json"));
    return new NodeFolder(data, own, channel);
  }

  /** Writes which ports are used, to the node's folder and to {@code DATA/ports.json}. */
  synchronized void writePorts(Map<String, Integer> chosen) throws IOException {
    ports.putAll(chosen);
    byte[] text = new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(ports);
    write(own.resolve("ports.json"), text);
    write(data.resolve("ports.json"), text);
  }

  private static void write(Path file, byte[] text) throws IOException {
    // A reader sees the old file or the new one, never half of it.
    Path fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    Files.write(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
