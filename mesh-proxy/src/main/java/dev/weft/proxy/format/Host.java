package dev.weft.proxy.format;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The machine's name. */
final class Host {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private Host() {}

  /** The name, asked for when a format is compiled; null if there is none. */
  static @Nullable String name() {
    try {
      return Files.isReadable(KERNEL)
          ? Files.readString(KERNEL).strip()
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return null;
    }
  }
}
