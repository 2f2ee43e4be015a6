package dev.weft.cli;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "completion",
    description = "Prints a script that completes weft's commands and options in your shell.",
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
  enum Shell {
    bash,
    zsh,
    fish
  }

  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  private Shell shell = Shell.bash;

  CompletionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    CommandLine root = Objects.requireNonNull(spec).root().commandLine();
    String script =
        switch (shell) {
          // The script for bash turns on zsh's emulation by itself.
          case bash, zsh -> AutoComplete.bash("weft", root);
          case fish -> fish(root);
        };
    terminal.out().print(script);
    terminal.out().flush();
    return 0;
  }

  private static String fish(CommandLine root) {
    StringBuilder script = new StringBuilder("complete -c weft -f\n");
    root.getSubcommands()
        .forEach(
            (name, command) -> {
              line(script, "__fish_use_subcommand", "-a " + name, command.getCommandSpec());
              command
                  .getSubcommands()
                  .forEach(
                      (inner, each) ->
                          line(
                              script,
                              "__fish_seen_subcommand_from " + name,
                              "-a " + inner,
                              each.getCommandSpec()));
              for (OptionSpec option : command.getCommandSpec().options()) {
                String longName = option.longestName().replaceFirst("^-+", "");
                script
                    .append("complete -c weft -n '__fish_seen_subcommand_from ")
                    .append(name)
                    .append("' -l ")
                    .append(longName)
                    .append(option.arity().max() > 0 ? " -r" : "")
                    .append(" -d ")
                    .append(quoted(String.join(" ", option.description())))
                    .append('\n');
              }
            });
    return script.toString();
  }

  private static void line(StringBuilder script, String when, String what, CommandSpec command) {
    script
        .append("complete -c weft -n '")
        .append(when)
        .append("' ")
        .append(what)
        .append(" -d ")
        .append(quoted(String.join(" ", command.usageMessage().description())))
        .append('\n');
  }

  private static String quoted(String text) {
    return "'"
        + text.replaceAll("[$%]\\{[^}]*}|%n", "").replace("\\", "").replace("'", "\\'")
        + "'";
  }
}
