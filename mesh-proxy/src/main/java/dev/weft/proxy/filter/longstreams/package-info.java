/** Requests that last: how many, how silent, how long, and whether they follow endpoints. */
@NullMarked
package dev.weft.proxy.filter.longstreams;

import org.jspecify.annotations.NullMarked;
