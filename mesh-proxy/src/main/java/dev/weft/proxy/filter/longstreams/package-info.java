/** Requests that last: how many, how silent, how long. */
@NullMarked
package dev.weft.proxy.filter.longstreams;

import org.jspecify.annotations.NullMarked;
