package dev.weft.control.identity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.identity.RefusedException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;

/**
 * A join token as it travels: {@code weft1.} and base64url of a JSON object (docs/design/0001).
 *
 * @param id public name of the token
 * @param secret what only its holder and, as a hash, the control plane know
 * @param caSha256 hash of the root the holder must find at the control plane
 */
record JoinToken(
    String id, String secret, WorkloadId workload, Instant expiresAt, String caSha256) {
  private static final String PREFIX = "weft1.";
  private static final int MAX_CHARS = 2048;
  private static final ObjectMapper JSON = new ObjectMapper();

  String encode() {
    ObjectNode fields =
        JSON.createObjectNode()
            .put("id", id)
            .put("secret", secret)
            .put("ns", workload.namespace())
            .put("svc", workload.service())
            .put("exp", expiresAt.getEpochSecond())
            .put("ca", caSha256);
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(fields.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** Reads a token a caller has sent; throws an UNAUTHENTICATED refusal if it is none. */
  static JoinToken decode(String text) throws RefusedException {
    if (!text.startsWith(PREFIX) || text.length() > MAX_CHARS) {
      throw malformed();
    }
    try {
      JsonNode fields =
          JSON.readTree(Base64.getUrlDecoder().decode(text.substring(PREFIX.length()).strip()));
      return new JoinToken(
          fields.path("id").asText(),
          fields.path("secret").asText(),
          new WorkloadId(fields.path("ns").asText(), fields.path("svc").asText()),
          Instant.ofEpochSecond(fields.path("exp").asLong()),
          fields.path("ca").asText());
    } catch (IOException | IllegalArgumentException | DateTimeException e) {
      throw malformed();
    }
  }

  private static RefusedException malformed() {
    return new RefusedException(
        Kind.UNAUTHENTICATED,
        "the join token is malformed: pass the whole output of 'weft token create'");
  }

  /** Without the secret, so that it never ends in a log. */
  @Override
  public String toString() {
    return "JoinToken[" + id + " for " + workload + "]";
  }
}
