/** A proxy beside an application, led by the mesh's control plane. */
@NullMarked
package dev.weft.proxy.sidecar;

import org.jspecify.annotations.NullMarked;
