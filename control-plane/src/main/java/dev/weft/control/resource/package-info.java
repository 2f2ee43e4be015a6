/**
 * The user's vocabulary: typed resources, reading them from YAML and JSON, and checking a whole set
 * of them.
 */
@NullMarked
package dev.weft.control.resource;

import org.jspecify.annotations.NullMarked;
