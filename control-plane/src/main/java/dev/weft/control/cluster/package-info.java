/**
 * Membership of control-plane nodes and the hints they send each other; the database stays the
 * truth.
 */
@NullMarked
package dev.weft.control.cluster;

import org.jspecify.annotations.NullMarked;
