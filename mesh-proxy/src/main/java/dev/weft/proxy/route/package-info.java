/** Routes as they are used: everything a request needs, compiled once. */
@NullMarked
package dev.weft.proxy.route;

import org.jspecify.annotations.NullMarked;
