/** What a configuration makes of the answers that the proxy gives itself. */
@NullMarked
package dev.weft.proxy.reply;

import org.jspecify.annotations.NullMarked;
