package dev.weft.control.xds;

import dev.weft.control.compile.MeshSnapshot;
import dev.weft.control.compile.SidecarNode;
import dev.weft.xds.protocol.ResourceSnapshot;
import java.util.Map;

/** The stream of a sidecar that only exists. */
record IdleStream(SidecarNode node) implements ProxyStream {
  /** The stream of {@code sidecar~shop~catalog~INSTANCE}. */
  static IdleStream of(String instance) {
    return new IdleStream(
        new SidecarNode(
            "sidecar~shop~catalog~" + instance,
            "shop",
            "catalog",
            "10.0.0.1",
            "0.0.0.0",
            15006,
            15001,
            "127.0.0.1",
            Map.of("grpc", 9001),
            Map.of("version", "v1"),
            Map.of(),
            false));
  }

  @Override
  public void onMesh(MeshSnapshot mesh) {}

  @Override
  public ResourceSnapshot held() {
    return ResourceSnapshot.EMPTY;
  }

  @Override
  public void supersede() {}

  @Override
  public void stop() {}
}
