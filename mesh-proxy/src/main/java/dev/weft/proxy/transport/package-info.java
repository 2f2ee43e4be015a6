/** What sockets of this system can do: how event loops wait for them, where they led to. */
@NullMarked
package dev.weft.proxy.transport;

import org.jspecify.annotations.NullMarked;
