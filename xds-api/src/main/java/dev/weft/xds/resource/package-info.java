/** What a resource is before its content is looked at: its type, its name, its version. */
@NullMarked
package dev.weft.xds.resource;

import org.jspecify.annotations.NullMarked;
