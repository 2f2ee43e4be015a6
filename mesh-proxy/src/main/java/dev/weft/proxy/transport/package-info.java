/** How event loops wait for sockets. */
@NullMarked
package dev.weft.proxy.transport;

import org.jspecify.annotations.NullMarked;
