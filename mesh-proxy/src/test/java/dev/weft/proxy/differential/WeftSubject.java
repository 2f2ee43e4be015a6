package dev.weft.proxy.differential;

import dev.weft.proxy.StandaloneProxy;
import java.nio.file.Path;

/** Weft, in this process, composed as the program is. */
final class WeftSubject extends Subject {
  private final StandaloneProxy proxy;

  WeftSubject(Path bootstrap, Path log) throws Exception {
    super(log);
    proxy = StandaloneProxy.start(bootstrap, log, LOG_FORMAT);
  }

  @Override
  int port(String listener) {
    return proxy.port(listener);
  }

  @Override
  int admin() {
    return proxy.port("admin");
  }

  @Override
  public void close() throws Exception {
    super.close();
    proxy.close();
  }
}
