/** What belongs to one event loop. */
@NullMarked
package dev.weft.proxy.loop;

import org.jspecify.annotations.NullMarked;
