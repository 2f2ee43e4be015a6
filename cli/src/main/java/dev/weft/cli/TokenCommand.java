package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft token …}. */
final class TokenCommand {
  private TokenCommand() {}

  @Command(
      name = "create",
      description = "Makes a join token for the instances of a service and prints it, this once.")
  static final class Create extends ApiCommand {
    @Option(
        names = "--service",
        required = true,
        paramLabel = "NS/NAME",
        description = "Whose instances may enrol with it.")
    private String service = "";

    @Option(
        names = "--ttl",
        paramLabel = "TIME",
        defaultValue = "1h",
        converter = TimeOption.class,
        description = "How long it can be used, at most 30d (default: ${DEFAULT-VALUE}).")
    private Duration ttl = Duration.ofHours(1);

    Create(Terminal terminal) {
      super(terminal);
    }

    @Override
    int run(Api api) {
      int slash = service.indexOf('/');
      if (slash <= 0 || slash == service.length() - 1) {
        throw new CliException(
            "--service '" + service + "' is not of the form NAMESPACE/NAME, such as shop/catalog");
      }
      JsonNode token =
          api.post(
              "/api/v1/tokens",
              JsonNodeFactory.instance
                  .objectNode()
                  .put("namespace", service.substring(0, slash))
                  .put("service", service.substring(slash + 1))
                  .put("ttl", TimeOption.text(ttl)),
              -1);
      if (output == Output.table) {
        // Nothing but the token, so that it can be written to a file.
        out().println(token.path("token").asText());
      } else {
        output.print(out(), token);
      }
      return 0;
    }
  }

  @Command(name = "list", description = "Shows tokens that can still be used, without secrets.")
  static final class List extends ApiCommand {
    List(Terminal terminal) {
      super(terminal);
    }

    @Override
    int run(Api api) {
      JsonNode tokens = api.get("/api/v1/tokens");
      if (output != Output.table) {
        output.print(out(), tokens);
        return 0;
      }
      Table table = new Table("ID", "SERVICE", "CREATED", "EXPIRES");
      for (JsonNode token : tokens.path("items")) {
        table.row(
            token.path("id").asText(),
            token.path("namespace").asText() + "/" + token.path("service").asText(),
            token.path("createdAt").asText(),
            token.path("expiresAt").asText());
      }
      table.print(out());
      return 0;
    }
  }

  @Command(name = "revoke", description = "Revokes a token; certificates it gave stay valid.")
  static final class Revoke extends ApiCommand {
    @Parameters(index = "0", paramLabel = "ID", description = "As 'weft token list' shows it.")
    private String id = "";

    Revoke(Terminal terminal) {
      super(terminal);
    }

    @Override
    int run(Api api) {
      api.delete("/api/v1/tokens/" + Api.segment(id), -1);
      out().println("token " + id + " revoked");
      return 0;
    }
  }
}
