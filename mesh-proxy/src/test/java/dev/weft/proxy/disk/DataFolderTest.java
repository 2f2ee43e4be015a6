package dev.weft.proxy.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  private static final String HOST = "127.0.0.1";
  private static final SplittableRandom RANDOM = new SplittableRandom();
  @TempDir Path parent;

  @Test
  void anInstanceKeepsItsNameOverRestarts() throws IOException {
    String instance;
    try (DataFolder folder = DataFolder.open(parent.resolve("data"))) {
      instance = folder.instance();
    }
    try (DataFolder folder = DataFolder.open(parent.resolve("data"))) {
      assertThat(folder.instance()).isEqualTo(instance).matches("[0-9a-f]{12}");
    }
  }

  @Test
  void twoProxiesDoNotShareAFolder() throws IOException {
    DataFolder first = DataFolder.open(parent);
    assertThatThrownBy(() -> DataFolder.open(parent))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(parent.toString())
        .hasMessageContaining("--data");
    first.close();
    DataFolder.open(parent).close();
  }

  @Test
  void portsAreReadBackAndADamagedFileCountsAsEmpty() throws IOException {
    PortsFile file = new PortsFile(parent.resolve("ports.json"));
    assertThat(file.read()).isEmpty();
    file.write(Map.of("inbound", 20001));
    assertThat(file.read()).isEqualTo(Map.of("inbound", 20001));
    Files.writeString(parent.resolve("ports.json"), "{\"inbound\":");
    assertThat(file.read()).isEmpty();
  }

  @Test
  void aReservedPortIsNobodyElsesAndIsFreeAfterwards() throws IOException {
    PortReservation held = PortReservation.reserve(HOST, 0, 0, RANDOM);
    assertThat(held.port()).isBetween(20_000, 31_999);
    assertThatThrownBy(() -> PortReservation.reserve(HOST, held.port(), 0, RANDOM))
        .hasMessageContaining(HOST + ":" + held.port() + " is in use");
    held.close();
    try (ServerSocket listener =
        new ServerSocket(held.port(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(listener.getLocalPort()).isEqualTo(held.port());
    }
  }

  @Test
  void thePortOfTheLastRunIsTakenWhereItIsFree() throws IOException {
    int last;
    try (PortReservation held = PortReservation.reserve(HOST, 0, 0, RANDOM)) {
      last = held.port();
    }
    try (PortReservation again = PortReservation.reserve(HOST, 0, last, RANDOM)) {
      assertThat(again.port()).isEqualTo(last);
      try (PortReservation other = PortReservation.reserve(HOST, 0, last, RANDOM)) {
        assertThat(other.port()).isNotEqualTo(last);
      }
    }
  }
}
