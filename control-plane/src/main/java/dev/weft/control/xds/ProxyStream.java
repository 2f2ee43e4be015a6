package dev.weft.control.xds;

import dev.weft.control.compile.MeshSnapshot;
import dev.weft.control.compile.SidecarNode;
import dev.weft.xds.protocol.ResourceSnapshot;

/** The ADS stream of a sidecar, as the rest of the node sees it. Any thread may call. */
interface ProxyStream {
  SidecarNode node();

  /** The mesh has changed; the stream makes its own snapshot of it and sends what differs. */
  void onMesh(MeshSnapshot mesh);

  /** What the sidecar was last told to hold. */
  ResourceSnapshot held();

  /** Ends the stream because the same sidecar has opened a newer one. */
  void supersede();

  /** Ends the stream because this node stops; the sidecar should go to another one. */
  void stop();
}
