package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written to the log of ejections is compared with Envoy's in {@code DifferentialTest}. */
class EjectionLogTest {
  @TempDir Path folder;

  @Test
  void aFileThatCannotBeOpenedKeepsTheProxyFromStarting() throws Exception {
    Path bootstrap = folder.resolve("bootstrap.yaml");
    Path missing = folder.resolve("nowhere/events.json");
    Files.writeString(
        bootstrap,
        "cluster_manager: {outlier_detection: {event_log_path: \"%s\"}}".formatted(missing));

    assertThatThrownBy(() -> StandaloneProxy.start(bootstrap, folder.resolve("access.log"), "\n"))
        .hasMessageContaining("the log " + missing + " cannot be opened");
  }
}
