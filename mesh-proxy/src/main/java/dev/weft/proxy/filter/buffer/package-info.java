/** Requests that wait until they are complete. */
@NullMarked
package dev.weft.proxy.filter.buffer;

import org.jspecify.annotations.NullMarked;
