package dev.weft.control.xds;

import dev.weft.control.compile.SidecarNode;

/** What happens to the sidecars of this node. Called on event loops: never blocks. */
interface ProxyEvents {
  /** A sidecar has opened a stream, maybe again. */
  void connected(SidecarNode node);

  /** It ended its stream on purpose: it takes no traffic any more. */
  void saidGoodbye(String proxyId);

  /** Its stream broke: it may be back any moment. */
  void lost(String proxyId);

  /** What it runs has changed. */
  void statusChanged(String proxyId);
}
