/** Headers as metadata of requests. */
@NullMarked
package dev.weft.proxy.filter.metadata;

import org.jspecify.annotations.NullMarked;
