/** HTTP/1.1 on the wire: a strict codec (RFC 9112) and the connections that use it. */
@NullMarked
package dev.weft.proxy.http1;

import org.jspecify.annotations.NullMarked;
