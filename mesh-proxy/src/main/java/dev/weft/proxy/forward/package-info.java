/** Takes a request to an endpoint and brings an answer back: tries, retries, timeouts. */
@NullMarked
package dev.weft.proxy.forward;

import org.jspecify.annotations.NullMarked;
