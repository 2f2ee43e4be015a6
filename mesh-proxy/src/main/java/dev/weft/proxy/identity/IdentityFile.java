package dev.weft.proxy.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.proxy.disk.AtomicFile;
import dev.weft.proxy.tls.KeyMaterial;
import dev.weft.proxy.tls.Pem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the identity over restarts, so that a sidecar that starts while the control plane is away
 * serves. One file, mode 0600; calls block.
 */
public final class IdentityFile {
  private static final Logger log = LoggerFactory.getLogger(IdentityFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private final AtomicFile file;

  public IdentityFile(Path path) {
    this.file = new AtomicFile(path, true);
  }

  /** Replaces what is kept. */
  public void save(WorkloadIdentity identity) throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.put("chain", Pem.ofCertificates(identity.key().chain()));
    json.put("key", Pem.ofKey(identity.key().key()));
    json.put("roots", Pem.ofCertificates(identity.roots()));
    file.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
  }

  /** What was kept; empty if nothing was, or it cannot be read, which is logged. */
  public Optional<WorkloadIdentity> load() {
    try {
      Optional<byte[]> content = file.read();
      if (content.isEmpty()) {
        return Optional.empty();
      }
      JsonNode json = JSON.readTree(content.get());
      return Optional.of(
          WorkloadIdentity.of(
              new KeyMaterial(
                  Pem.privateKey(json.path("key").asText()),
                  Pem.certificates(json.path("chain").asText())),
              Pem.certificates(json.path("roots").asText())));
    } catch (IOException | IllegalArgumentException e) {
      log.warn(
          "the identity kept in {} cannot be used ({}); enrolling anew",
          file.path(),
          e.getMessage());
      return Optional.empty();
    }
  }
}
