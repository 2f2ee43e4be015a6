/**
 * Envoy's command operators, {@code %REQ(X-ID?:PATH):20%} for example: which there are and how a
 * text that has some is taken apart. What they stand for is known to the proxy alone.
 */
@NullMarked
package dev.weft.xds.format;

import org.jspecify.annotations.NullMarked;
