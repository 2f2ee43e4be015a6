package dev.weft.control.xds;

import dev.weft.control.compile.MeshSnapshot;
import dev.weft.control.compile.SidecarNode;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.vertx.core.Future;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What a stream needs of the node it is on. */
interface StreamHost {
  Admission admit(Node node, @Nullable SSLSession session);

  ProxyRegistry registry();

  /** The newest mesh; null before the first compile. */
  @Nullable MeshSnapshot mesh();

  /**
   * Makes what this sidecar should hold of a mesh. On a worker: listeners are translated, checked
   * and encoded for each sidecar. Completes on the caller's context.
   */
  Future<MeshSnapshot.ForClient> forSidecar(MeshSnapshot mesh, SidecarNode node);
}
