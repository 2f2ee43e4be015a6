package dev.weft.control.compile;

import dev.weft.control.resource.ConfigValidator;
import dev.weft.control.resource.Reading;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceReader;
import dev.weft.control.resource.Schemas;
import dev.weft.control.store.ConfigSnapshot;

/** Configuration as a user writes it. */
public final class Yaml {
  private static final ResourceReader READER = new ResourceReader(new Schemas());

  private Yaml() {}

  /** A snapshot at this revision; the text must be valid. */
  public static ConfigSnapshot config(long revision, String yaml) {
    Reading reading = read(yaml);
    var violations =
        ConfigValidator.validate(
            reading.documents().stream().map(ResourceDocument::resource).toList());
    if (!violations.isEmpty()) {
      throw new AssertionError(violations);
    }
    return ConfigSnapshot.of(revision, reading.documents());
  }

  /** The documents of a text, each valid by itself. */
  public static Reading read(String yaml) {
    Reading reading = READER.read(yaml);
    if (!reading.violations().isEmpty()) {
      throw new AssertionError(reading.violations());
    }
    return reading;
  }
}
