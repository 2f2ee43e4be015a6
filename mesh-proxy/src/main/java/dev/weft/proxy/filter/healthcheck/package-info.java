/** Answers to health checks. */
@NullMarked
package dev.weft.proxy.filter.healthcheck;

import org.jspecify.annotations.NullMarked;
