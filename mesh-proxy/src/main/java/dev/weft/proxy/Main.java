package dev.weft.proxy;

import dev.weft.proxy.bootstrap.Bootstrap;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Security;

/** Starts the proxy. Exit codes: 0 done, 1 failed, 2 wrong usage. */
public final class Main {
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private Main() {}

  /** Runs until the proxy ends. */
  public static void main(String[] args) {
    // Who looks names up says how often, and what has failed before is looked up again, too.
    Security.setProperty("networkaddress.cache.ttl", "0");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    System.exit(run(args, new PrintWriter(System.err, true, StandardCharsets.UTF_8)));
  }

  static int run(String[] args, PrintWriter err) {
    ProxyCommand command = null;
    try {
      command = ProxyCommand.of(args);
      run(command);
      return 0;
    } catch (UsageException e) {
      err.println("weft proxy: " + e.getMessage() + "; see weft proxy --help");
      return WRONG_USAGE;
    } catch (Exception e) {
      err.println("weft proxy: " + (e.getMessage() == null ? e : e.getMessage()));
      if (command != null && command.has("--verbose")) {
        e.printStackTrace(err);
      }
      return FAILED;
    }
  }

  private static void run(ProxyCommand command) throws Exception {
    if (command.has("--help")) {
      CommandLineOptions.help(new PrintWriter(System.out, false, StandardCharsets.UTF_8));
      return;
    }
    if (command.has("--version")) {
      System.out.println("weft proxy " + Version.text());
      return;
    }
    Path checked = command.validates();
    if (checked != null) {
      Bootstrap.load(checked);
      System.out.println("configuration " + checked + " is valid");
      return;
    }
    Proxy proxy = Proxy.start(command.options());
    System.out.println(proxy.summary());
    proxy.awaitEnd();
  }
}
