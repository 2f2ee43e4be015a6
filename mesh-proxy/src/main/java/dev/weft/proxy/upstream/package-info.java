/** Connections to endpoints: pooled per event loop, opened as streams ask for them. */
@NullMarked
package dev.weft.proxy.upstream;

import org.jspecify.annotations.NullMarked;
