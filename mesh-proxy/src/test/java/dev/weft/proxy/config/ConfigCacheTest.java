package dev.weft.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.VersionedResource;
import dev.weft.xds.resource.XdsType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCacheTest {
  @TempDir Path folder;
  private Path path;
  private ConfigCache cache;

  @BeforeEach
  void open() {
    path = folder.resolve("config.cache");
    cache = new ConfigCache(path);
  }

  private static VersionedResource<byte[]> resource(XdsType type, String name, String body) {
    return new VersionedResource<>(
        new ResourceKey(type, name), "v-" + name, body.getBytes(StandardCharsets.UTF_8));
  }

  private static final List<VersionedResource<byte[]>> TWO =
      List.of(
          resource(XdsType.CLUSTER, "cart.shop/grpc", "a cluster"),
          resource(XdsType.ROUTE, "outbound", ""));

  @Test
  void whatWasKeptComesBack() throws IOException {
    cache.save(TWO);

    List<VersionedResource<byte[]>> kept = new ConfigCache(path).load();

    assertThat(kept).usingRecursiveComparison().isEqualTo(TWO);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void nothingWasKept() {
    assertThat(cache.load()).isEmpty();
  }

  @Test
  void aFileCutAnywhereCountsAsAbsent() throws IOException {
    cache.save(TWO);
    byte[] whole = Files.readAllBytes(path);
    for (int length = 0; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertThat(cache.load()).as("cut after %d bytes", length).isEmpty();
    }
  }

  @Test
  void anyFlippedBitIsNoticed() throws IOException {
    cache.save(TWO);
    byte[] whole = Files.readAllBytes(path);
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 500; i++) {
      byte[] damaged = whole.clone();
      int bit = random.nextInt(whole.length * 8);
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(path, damaged);
      assertThat(cache.load()).as("seed %d, bit %d", seed, bit).isEmpty();
    }
  }

  @Test
  void aCrashBeforeTheRenameLeavesTheOldFileInPlace() throws IOException {
    cache.save(TWO);
    Files.writeString(folder.resolve(".config.cache.new"), "half of the next one");

    assertThat(cache.load()).hasSize(2);
    cache.save(List.of(resource(XdsType.LISTENER, "inbound", "x")));
    assertThat(cache.load()).hasSize(1);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }
}
