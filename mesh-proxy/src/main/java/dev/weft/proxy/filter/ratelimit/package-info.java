/** How many requests this proxy lets through by itself. */
@NullMarked
package dev.weft.proxy.filter.ratelimit;

import org.jspecify.annotations.NullMarked;
