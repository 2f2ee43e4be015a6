/**
 * Metrics, access log and tracing; what the data path touches is resolved when a Runtime is
 * compiled.
 */
@NullMarked
package dev.weft.proxy.telemetry;

import org.jspecify.annotations.NullMarked;
