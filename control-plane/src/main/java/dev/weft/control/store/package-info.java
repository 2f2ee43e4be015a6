/** The database: configuration with its history, instances, nodes and the audit log. */
@NullMarked
package dev.weft.control.store;

import org.jspecify.annotations.NullMarked;
