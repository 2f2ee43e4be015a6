package dev.weft.cli;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;

/**
 * A YAML alias read as the text of its name would be sent as that; the server refuses them, too.
 */
final class NoAliases extends JsonParserDelegate {
  private final YAMLParser yaml;

  NoAliases(YAMLParser yaml) {
    super(yaml);
    this.yaml = yaml;
  }

  @Override
  public JsonToken nextToken() throws IOException {
    JsonToken token = super.nextToken();
    if (yaml.isCurrentAlias()) {
      throw new JsonParseException(
          delegate, "aliases (*name) are not accepted, write the value out");
    }
    return token;
  }
}
