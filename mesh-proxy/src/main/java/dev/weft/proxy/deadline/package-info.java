/** The time that a request has: how it is said, and what is known of it between two requests. */
@NullMarked
package dev.weft.proxy.deadline;

import org.jspecify.annotations.NullMarked;
