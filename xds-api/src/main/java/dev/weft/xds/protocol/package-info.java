/**
 * The xDS transport as pure state machines: an event goes in, actions come out; no I/O and no
 * clock.
 */
@NullMarked
package dev.weft.xds.protocol;

import org.jspecify.annotations.NullMarked;
