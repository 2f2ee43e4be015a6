package dev.weft.control.xds;

import dev.weft.control.compile.MeshSnapshot;
import io.envoyproxy.envoy.config.core.v3.Node;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** What a stream needs of the node it is on. */
interface StreamHost {
  Admission admit(Node node, @Nullable SSLSession session);

  ProxyRegistry registry();

  /** The newest mesh; null before the first compile. */
  @Nullable MeshSnapshot mesh();
}
