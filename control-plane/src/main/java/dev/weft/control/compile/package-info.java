/**
 * From the user's resources and the workloads to xDS resources: pure, deterministic, shared where
 * it can be.
 */
@NullMarked
package dev.weft.control.compile;

import org.jspecify.annotations.NullMarked;
