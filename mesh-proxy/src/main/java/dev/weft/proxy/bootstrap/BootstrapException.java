package dev.weft.proxy.bootstrap;

import java.util.List;

/** A bootstrap that cannot be used; the message names the file and every problem with its path. */
public final class BootstrapException extends Exception {
  private static final long serialVersionUID = 1;

  BootstrapException(String file, List<String> problems) {
    super(file + ": " + String.join("; ", problems));
  }
}
