package dev.weft.proxy.config;

import dev.weft.proxy.disk.AtomicFile;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.VersionedResource;
import dev.weft.xds.resource.XdsType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the last good resources on disk, as they came, so that a proxy that starts while the
 * control plane is away serves. The file is replaced as a whole and checked as a whole: what was
 * torn or damaged counts as absent. Secrets are not kept here. Calls block.
 */
public final class ConfigCache {
  private static final Logger log = LoggerFactory.getLogger(ConfigCache.class);
  private static final long MAGIC = 0x5745_4654_2d43_0001L; // WEFT-C, format 1
  private static final int HEADER = Long.BYTES * 2;

  private final AtomicFile file;

  public ConfigCache(Path path) {
    this.file = new AtomicFile(path, true);
  }

  /** Replaces what is kept. */
  public void save(Collection<VersionedResource<byte[]>> resources) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(resources.size());
    for (VersionedResource<byte[]> resource : resources) {
      writeText(out, resource.key().type().typeUrl());
      writeText(out, resource.key().name());
      writeText(out, resource.version());
      out.writeInt(resource.body().length);
      out.write(resource.body());
    }
    byte[] content = bytes.toByteArray();
    ByteBuffer whole = ByteBuffer.allocate(HEADER + content.length);
    whole.putLong(MAGIC).putLong(checksum(content)).put(content);
    file.write(whole.array());
  }

  /** What was kept; empty if nothing was, or it is damaged, which is logged. */
  public List<VersionedResource<byte[]>> load() {
    try {
      Optional<byte[]> whole = file.read();
      return whole.isEmpty() ? List.of() : read(whole.get());
    } catch (IOException e) {
      log.warn(
          "the configuration kept in {} cannot be used ({}); it comes anew from the control plane",
          file.path(),
          e.getMessage());
      return List.of();
    }
  }

  private static List<VersionedResource<byte[]>> read(byte[] whole) throws IOException {
    if (whole.length < HEADER) {
      throw new IOException("it is cut short");
    }
    ByteBuffer header = ByteBuffer.wrap(whole);
    if (header.getLong() != MAGIC) {
      throw new IOException("it is of another format");
    }
    long expected = header.getLong();
    byte[] content = new byte[whole.length - HEADER];
    header.get(content);
    if (checksum(content) != expected) {
      throw new IOException("its checksum does not fit");
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
    int count = in.readInt();
    List<VersionedResource<byte[]>> resources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Optional<XdsType> type = XdsType.ofTypeUrl(readText(in));
      String name = readText(in);
      String version = readText(in);
      byte[] body = readBytes(in);
      type.ifPresent(
          known ->
              resources.add(new VersionedResource<>(new ResourceKey(known, name), version, body)));
    }
    return resources;
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("a length in it does not fit");
    }
    return in.readNBytes(length);
  }

  private static long checksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return crc.getValue();
  }
}
