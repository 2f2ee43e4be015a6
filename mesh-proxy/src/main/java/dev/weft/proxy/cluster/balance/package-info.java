/** Stateless policies that build pickers, and how load is spread over priorities. */
@NullMarked
package dev.weft.proxy.cluster.balance;

import org.jspecify.annotations.NullMarked;
