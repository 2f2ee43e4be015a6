/**
 * The validated configuration as plain values: no protobuf, no I/O, every reference by name, every
 * default filled in.
 */
@NullMarked
package dev.weft.xds.model;

import org.jspecify.annotations.NullMarked;
