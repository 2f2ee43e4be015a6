/**
 * The protocol-neutral stream: what HTTP/1.1 and HTTP/2 codecs offer to, and ask of, whoever
 * carries a request between them.
 */
@NullMarked
package dev.weft.proxy.stream;

import org.jspecify.annotations.NullMarked;
