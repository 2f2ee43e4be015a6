package dev.weft.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Entry point of {@code weft}. */
public final class Main {
  private Main() {}

  /** Runs a command; exits with 0 when it is done, 1 when it failed, 2 on wrong usage. */
  public static void main(String[] arguments) {
    Terminal terminal =
        new Terminal(
            System.in,
            new PrintWriter(System.out, false, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            System.getenv());
    int code = Weft.run(terminal, arguments);
    terminal.out().flush();
    System.exit(code);
  }
}
