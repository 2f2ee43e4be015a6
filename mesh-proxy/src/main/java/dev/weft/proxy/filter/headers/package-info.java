/** Changes of headers. */
@NullMarked
package dev.weft.proxy.filter.headers;

import org.jspecify.annotations.NullMarked;
