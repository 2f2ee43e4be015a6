/** Faults that are injected on purpose. */
@NullMarked
package dev.weft.proxy.filter.fault;

import org.jspecify.annotations.NullMarked;
