package dev.weft.xds.codec;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads what a {@code DataSource} names on this machine. */
final class LocalText {
  private static final long MAX_BYTES = 8L << 20;

  private LocalText() {}

  static String read(DataSource source, DecodeScope scope) {
    return source.hasFilename()
        ? file(source.getFilename(), scope.at("filename"))
        : variable(source.getEnvironmentVariable(), scope.at("environment_variable"));
  }

  private static String file(String name, DecodeScope scope) {
    byte[] bytes = bytes(name, scope);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      scope.problem(name + " is not UTF-8 text");
      return "";
    }
  }

  /** What is in a file, whatever it is; none with a problem. */
  static byte[] bytes(String name, DecodeScope scope) {
    try {
      Path path = Path.of(name);
      scope.file(new FilePart(name));
      if (Files.size(path) > MAX_BYTES) {
        scope.problem(name + " is larger than 8 MiB");
        return new byte[0];
      }
      byte[] bytes = Files.readAllBytes(path);
      scope.require(bytes.length > 0, name + " is empty");
      return bytes;
    } catch (NoSuchFileException e) {
      scope.problem(name + " does not exist");
    } catch (AccessDeniedException e) {
      scope.problem(name + " may not be read by this user");
    } catch (IOException | InvalidPathException e) {
      scope.problem(name + " cannot be read: " + e.getMessage());
    }
    return new byte[0];
  }

  private static String variable(String name, DecodeScope scope) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      scope.problem("the environment variable " + name + " is not set");
      return "";
    }
    return value;
  }
}
