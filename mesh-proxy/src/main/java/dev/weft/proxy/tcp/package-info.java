/** Relays bytes between a client and an endpoint. */
@NullMarked
package dev.weft.proxy.tcp;

import org.jspecify.annotations.NullMarked;
