/** HTTP/2 on the wire (RFC 9113): the connections, and the send path that they share. */
@NullMarked
package dev.weft.proxy.http2;

import org.jspecify.annotations.NullMarked;
