package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "delete", description = "Deletes a resource, or those in files, all or none.")
final class DeleteCommand extends ApiCommand {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", arity = "0..1", paramLabel = "KIND", description = "Such as services.")
  private @Nullable String kind;

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Its name.")
  private @Nullable String name;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      defaultValue = "default",
      description = "Namespace (default: ${DEFAULT-VALUE}).")
  private String namespace = "default";

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE|DIR|-",
      description = "Delete what these files hold.")
  private List<String> files = List.of();

  @Option(
      names = "--expect-revision",
      paramLabel = "N",
      defaultValue = "-1",
      showDefaultValue = Visibility.NEVER,
      description = "Delete only if this is the newest revision.")
  private long expectedRevision;

  DeleteCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    JsonNode applied;
    if (kind != null && name != null && files.isEmpty()) {
      applied =
          api.delete(
              "/api/v1/resources/"
                  + Kinds.parse(kind).plural()
                  + "/"
                  + Api.segment(namespace)
                  + "/"
                  + Api.segment(name),
              expectedRevision);
    } else if (kind == null && !files.isEmpty()) {
      Documents documents = Documents.read(files, terminal.in());
      applied =
          api.post("/api/v1/changesets", documents.toDelete(), expectedRevision, documents::locate);
    } else {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "give either KIND and NAME or -f FILE");
    }
    Changes.print(this, applied, false);
    return 0;
  }
}
