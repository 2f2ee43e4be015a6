/** The workload's own identity: its key, how it is enrolled and how its certificate is renewed. */
@NullMarked
package dev.weft.proxy.identity;

import org.jspecify.annotations.NullMarked;
