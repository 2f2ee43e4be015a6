/** A request from its head to its completion: what a connection manager does. */
@NullMarked
package dev.weft.proxy.http;

import org.jspecify.annotations.NullMarked;
