/**
 * The services of the shop; each is a program of its own that knows nothing of the mesh but the
 * address of its sidecar.
 */
@NullMarked
package dev.weft.demo.app;

import org.jspecify.annotations.NullMarked;
