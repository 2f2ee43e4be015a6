package dev.weft.proxy.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * What admits a new instance of a service to the mesh.
 *
 * @param text as the control plane gave it; a secret
 * @param expires after this the control plane refuses it
 * @param rootSha256 the hash of the mesh's root certificate, lower-case hex: by it the control
 *     plane is known before there is any other trust
 */
public record JoinToken(
    String text, String namespace, String service, Instant expires, String rootSha256) {
  private static final String PREFIX = "weft1.";
  private static final int MAX_LENGTH = 4096;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads a token; blanks around it are dropped.
   *
   * @throws IllegalArgumentException saying what is wrong; the message does not contain the token
   */
  public static JoinToken parse(String text) {
    String token = text.strip();
    if (!token.startsWith(PREFIX) || token.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "not a join token: it starts with " + PREFIX + "; make one with `weft token create`");
    }
    JsonNode fields;
    try {
      byte[] json = Base64.getUrlDecoder().decode(token.substring(PREFIX.length()));
      fields = JSON.readTree(new String(json, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException | JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the join token is damaged; copy it again, or make a new one with `weft token create`",
          e);
    }
    String root = string(fields, "ca");
    if (!SHA256.matcher(root).matches()) {
      throw new IllegalArgumentException(
          "the join token's field ca is no SHA-256 in hex; make a new one with `weft token create`");
    }
    string(fields, "id");
    string(fields, "secret");
    JsonNode expires = fields.path("exp");
    if (!expires.canConvertToLong() || !expires.isIntegralNumber()) {
      throw missing("exp");
    }
    return new JoinToken(
        token,
        string(fields, "ns"),
        string(fields, "svc"),
        Instant.ofEpochSecond(expires.asLong()),
        root);
  }

  private static String string(JsonNode fields, String name) {
    String value = fields.path(name).textValue();
    if (value == null || value.isEmpty()) {
      throw missing(name);
    }
    return value;
  }

  private static IllegalArgumentException missing(String name) {
    return new IllegalArgumentException(
        "the join token has no field " + name + "; make a new one with `weft token create`");
  }

  @Override
  public String toString() {
    return "JoinToken[" + namespace + "/" + service + ", expires " + expires + "]";
  }
}
