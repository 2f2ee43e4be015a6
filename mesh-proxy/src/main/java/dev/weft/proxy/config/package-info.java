/**
 * From complete configuration to the immutable Runtime that requests read, and the one reference to
 * the Runtime in force.
 */
@NullMarked
package dev.weft.proxy.config;

import org.jspecify.annotations.NullMarked;
