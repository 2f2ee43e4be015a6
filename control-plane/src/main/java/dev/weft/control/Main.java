package dev.weft.control;

import picocli.CommandLine;

/** Entry point of {@code weft control-plane}. */
public final class Main {
  private Main() {}

  /** Runs a node; exits with 0 when it was stopped, 1 when it failed, 2 on wrong usage. */
  public static void main(String[] arguments) {
    // Hazelcast's very first words come before it reads its configuration.
    System.setProperty("hazelcast.logging.type", "slf4j");
    System.exit(
        new CommandLine(new ControlPlaneCommand())
            .setParameterExceptionHandler(new OneLineUsageErrors())
            .execute(arguments));
  }
}
