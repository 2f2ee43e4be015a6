/**
 * Where the endpoints of services come from: a registry that connected sidecars and importers
 * publish into.
 */
@NullMarked
package dev.weft.control.discovery;

import org.jspecify.annotations.NullMarked;
