/** Requests that are kept back where too many fail. */
@NullMarked
package dev.weft.proxy.filter.breaker;

import org.jspecify.annotations.NullMarked;
