/** Changes of headers and queries. */
@NullMarked
package dev.weft.proxy.filter.headers;

import org.jspecify.annotations.NullMarked;
