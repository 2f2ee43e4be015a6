/** TLS contexts that follow their secrets, and the identity a peer proved. */
@NullMarked
package dev.weft.proxy.tls;

import org.jspecify.annotations.NullMarked;
