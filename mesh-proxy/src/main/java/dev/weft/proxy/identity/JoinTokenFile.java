package dev.weft.proxy.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a join token from its file. */
public final class JoinTokenFile {
  private static final int MAX_BYTES = 8192;

  private JoinTokenFile() {}

  /**
   * The token as it is now; blocks.
   *
   * @throws EnrolmentException naming the file, if there is none or it holds no token
   */
  public static JoinToken read(Path file) throws EnrolmentException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new EnrolmentException(file + " is too large for a join token");
      }
      return JoinToken.parse(Files.readString(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      throw new EnrolmentException(
          "the token file " + file + " does not exist; make a token with `weft token create`", e);
    } catch (IOException e) {
      throw new EnrolmentException("cannot read the token file " + file + ": " + e, e);
    } catch (IllegalArgumentException e) {
      throw new EnrolmentException(file + ": " + e.getMessage(), e);
    }
  }
}
