package dev.weft.proxy;

import java.nio.file.Path;
import java.time.Duration;

/** The whole program in this process, on one event loop, from a bootstrap file. */
public final class StandaloneProxy implements AutoCloseable {
  private final Proxy proxy;

  private StandaloneProxy(Proxy proxy) {
    this.proxy = proxy;
  }

  /**
   * Starts it; its listeners are open when this returns.
   *
   * @param format of the access log
   */
  public static StandaloneProxy start(Path bootstrap, Path accessLog, String format)
      throws Exception {
    return new StandaloneProxy(
        Proxy.start(
            new ProxyOptions(
                new ProxyOptions.Standalone(bootstrap, null),
                null,
                null,
                null,
                1,
                Duration.ZERO,
                accessLog.toString(),
                format)));
  }

  /** The port of a listener, or of {@code admin}. */
  public int port(String role) {
    return proxy.ports().get(role);
  }

  @Override
  public void close() {
    proxy.close();
  }
}
