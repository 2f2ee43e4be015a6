package dev.weft.control.admin;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** How far a revision has come. */
public interface Propagation {
  /**
   * Where a revision stands. Completes as soon as every connected proxy runs it or has refused it,
   * at the latest after {@code wait}.
   *
   * @param wait zero: at once
   */
  CompletionStage<Report> report(long revision, Duration wait);

  /**
   * One revision at one moment.
   *
   * @param complete whether every connected proxy runs it, or a newer one
   */
  record Report(long revision, boolean complete, List<ProxyState> proxies) {
    public Report {
      proxies = List.copyOf(proxies);
    }
  }

  /**
   * One proxy.
   *
   * @param reason why it was refused; empty else
   */
  record ProxyState(String proxyId, State state, String reason) {}

  /** Where a proxy stands. */
  enum State {
    ACTIVE,
    PENDING,
    REFUSED
  }
}
