/** HTTP filters: what stands between a request and its route's action, in both directions. */
@NullMarked
package dev.weft.proxy.filter;

import org.jspecify.annotations.NullMarked;
