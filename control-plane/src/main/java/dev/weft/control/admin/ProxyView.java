package dev.weft.control.admin;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The sidecars of the whole mesh, whichever node they are connected to. */
public interface ProxyView {
  /** All known, by id. */
  CompletionStage<List<Proxy>> list();

  /**
   * What was last sent to a proxy, as JSON; empty where no such proxy is connected to this node.
   */
  CompletionStage<Optional<String>> config(String proxyId);

  /**
   * A sidecar.
   *
   * @param node the control-plane node it is connected to, or was last
   * @param revision the newest configuration it runs whole; null before the first
   * @param since when it connected, or disconnected
   * @param refusals what it refuses now; empty when all is well
   */
  record Proxy(
      String id,
      String namespace,
      String service,
      String address,
      int inboundPort,
      Map<String, String> labels,
      String node,
      boolean connected,
      Instant since,
      @Nullable Long revision,
      List<Refusal> refusals) {
    public Proxy {
      labels = Map.copyOf(labels);
      refusals = List.copyOf(refusals);
    }
  }

  /**
   * A NACK that stands.
   *
   * @param type type URL
   * @param resource its name; empty where the proxy did not say
   */
  record Refusal(String type, String resource, String reason) {}
}
