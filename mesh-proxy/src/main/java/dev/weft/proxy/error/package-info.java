/** Failures as values, and the one table that turns them into replies. */
@NullMarked
package dev.weft.proxy.error;

import org.jspecify.annotations.NullMarked;
