package dev.weft.control.compile;

/** Who a snapshot is compiled for: what a client understands decides what it is sent. */
public sealed interface ClientKind permits ClientKind.Sidecar {
  /** A Weft sidecar, by the conventions of {@code docs/design/0001-mesh-conventions.md}. */
  record Sidecar(SidecarNode node) implements ClientKind {}
}
