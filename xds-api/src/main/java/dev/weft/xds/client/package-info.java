/**
 * The xDS client: a gRPC stream around the client state machine, and the store of last good
 * resources.
 */
@NullMarked
package dev.weft.xds.client;

import org.jspecify.annotations.NullMarked;
