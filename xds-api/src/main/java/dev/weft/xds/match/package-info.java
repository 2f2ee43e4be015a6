/**
 * Matchers compiled from the model, shared by the proxy that serves and the control plane that
 * explains.
 */
@NullMarked
package dev.weft.xds.match;

import org.jspecify.annotations.NullMarked;
