/** Serves xDS to the proxies of the mesh: streams, pushes, and who runs what. */
@NullMarked
package dev.weft.control.xds;

import org.jspecify.annotations.NullMarked;
